package dev.nibble.checkpoint;

import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Trace;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.Importance;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Decides what becomes of each weight of a file that is quantized, from its name and shape alone. */
final class QuantizePlanner {
    /** Weights: a sixteenth of a second's work for the slowest format. */
    private static final int LARGEST_PROBE = 1 << 18;

    private final FileQuantizer.Options options;
    private final boolean gguf;
    private final TensorLayout layout;
    private final Map<Recipe, Format> formats = new HashMap<>();

    /**
     * What is done with one weight.
     *
     * @param format null if it is kept: copied, or decoded to float32 where the new file has no such type
     * @param layout how it lies in the new file; null if it is kept
     * @param tensors that it becomes
     * @param importance whether there is importance for it
     * @param note why it is kept, or what there is to know
     */
    record Plan(
            Weight weight,
            Format format,
            TensorLayout layout,
            List<NewTensor> tensors,
            boolean importance,
            String note) {
        boolean isEncoded() {
            return format != null;
        }
    }

    /**
     * @param gguf whether the new file is GGUF
     * @throws IllegalArgumentException if the recipe means nothing for such a file
     */
    QuantizePlanner(FileQuantizer.Options options, boolean gguf) {
        this.options = options;
        this.gguf = gguf;
        this.layout = gguf ? OneTensorLayout.gguf() : options.layout().layout();
        for (ModelRecipe.Entry entry : options.recipe().entries()) {
            if (!entry.recipe().toString().equals(ModelRecipe.KEEP)) {
                Format format = formats.computeIfAbsent(entry.recipe(), Formats::of);
                if (!isForRunning(entry)) {
                    requireStorable(format);
                }
            }
        }
    }

    /** Whether an entry speaks of what a model computes with, of which a file holds nothing. */
    static boolean isForRunning(ModelRecipe.Entry entry) {
        return ModelRecipe.Part.of(entry.part())
                .filter(p -> p == ModelRecipe.Part.ACTIVATIONS || p == ModelRecipe.Part.CACHE)
                .isPresent();
    }

    /** A format that no weight could be stored in is a mistake in the command, not a property of a weight. */
    private void requireStorable(Format format) {
        if (gguf && OneTensorLayout.gguf().type(format).isEmpty()) {
            throw new IllegalArgumentException(
                    format.recipe() + " is no type of GGUF; write it to a .safetensors file. GGUF has: "
                            + StoredTypes.recipes(type -> GgufTypes.id(type) >= 0));
        }
    }

    /** Decides about one weight. */
    Plan plan(Weight weight) {
        if (!options.scope().test(weight.name())) {
            return keep(weight, "kept: not in scope");
        }
        int dimensions = weight.shape().length;
        Optional<Recipe> recipe = options.recipe().ofTensor(weight.name(), dimensions);
        if (recipe.isEmpty()) {
            ModelRecipe.Part part = ModelRecipe.Part.ofTensor(weight.name(), dimensions);
            return keep(
                    weight,
                    dimensions < 2 && ModelRecipe.Part.ofTensor(weight.name(), 2) == ModelRecipe.Part.WEIGHTS
                            ? "kept: not a matrix"
                            : part == ModelRecipe.Part.WEIGHTS ? "kept" : "kept: part \"" + part.word() + "\"");
        }
        String obstacle = obstacle(weight);
        if (!obstacle.isEmpty()) {
            return keep(weight, "kept: " + obstacle);
        }
        Format format = formats.get(recipe.get());
        try {
            TensorLayout how = layout(format);
            int cols = (int) weight.cols();
            if (how.wantsSurvey()) {
                format = TensorEncoder.surveyed(weight, format, how, Progress.current());
            }
            List<NewTensor> tensors = how.shaped(weight.name(), format, weight.shape());
            int matrices = matrices(weight);
            boolean asked = format.takesImportance() && options.importance() != null;
            boolean known = asked && options.importance().has(weight.name());
            if (known) {
                options.importance().requireColumns(weight.name(), cols, matrices);
                requireWholePieces(weight, format, how, matrices);
            }
            probe(formats.get(recipe.get()), weight.rows(), cols, known);
            return new Plan(weight, format, how, tensors, known, note(weight, format, asked && !known));
        } catch (IllegalArgumentException doesNotFit) {
            return keep(weight, "kept: " + doesNotFit.getMessage());
        }
    }

    /** How many matrices a weight is a stack of. */
    static int matrices(Weight weight) {
        long[] shape = weight.shape();
        return shape.length == 2 ? 1 : Math.toIntExact(shape[0]);
    }

    private static String note(Weight weight, Format format, boolean unknown) {
        List<String> notes = new ArrayList<>();
        int matrices = matrices(weight);
        if (matrices > 1) {
            long[] shape = weight.shape();
            notes.add(matrices + " matrices of [" + shape[1] + ", " + shape[2] + "]"
                    + (format.survey().isPresent() ? ", with one " + format.recipe() + " for all" : ""));
        }
        if (unknown) {
            notes.add("no importance known");
        }
        return String.join("; ", notes);
    }

    /** Each matrix of a stack has its own importance, so no piece may reach from one into the next. */
    private static void requireWholePieces(Weight weight, Format format, TensorLayout how, int matrices) {
        long together = TensorEncoder.rowsTogether(weight, format, how);
        if (matrices > 1 && weight.rows() / matrices % together != 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s works on %,d rows together, which do not divide the %,d rows of a matrix that has importance of"
                            + " its own",
                    format.recipe(),
                    together,
                    weight.rows() / matrices));
        }
    }

    private String obstacle(Weight weight) {
        int dimensions = weight.shape().length;
        if (dimensions == 3 && isNoStack(weight.name())) {
            return "3 dimensions, and no stack of matrices; its name in the recipe quantizes it all the same";
        }
        if (dimensions < 2 || dimensions > 3) {
            return dimensions + " dimensions, not a matrix";
        }
        if (dimensions == 3 && weight.shape()[0] > Integer.MAX_VALUE) {
            return "too many matrices";
        }
        if (weight.count() == 0) {
            return "no values";
        }
        if (weight.cols() > Integer.MAX_VALUE - 8) {
            return "rows too long";
        }
        boolean numbers = !(weight instanceof PlainWeight)
                || Decoders.isReal(weight.tensors().getFirst().type());
        return numbers ? "" : weight.stored() + " is not a type of weights";
    }

    /**
     * Asks a format for some zeros, as few as it takes together, so that what it refuses whatever the weights are shows
     * before the work: it is read and not written, or needs importance.
     */
    private static void probe(Format format, long rows, int cols, boolean importance) {
        int together = (int) Math.min(rows, format.pieceRows(cols));
        if (together > 1 && (long) together * cols > LARGEST_PROBE) {
            return; // blocks that run across rows: such formats are not among those
        }
        Matrix zeros = Matrix.of("some zeros", together, cols, new float[together * cols]);
        if (importance) {
            format.quantize(zeros, new Importance("probe", new float[cols]), Progress.NONE, Trace.off());
        } else {
            format.quantize(zeros, Progress.NONE);
        }
    }

    /** Convolutions and RWKV's mixing have three dimensions, too; llama.cpp (tensor_allows_quantization) keeps them. */
    private boolean isNoStack(String name) {
        return (name.contains("conv") || name.contains("time_mix"))
                && options.recipe().named(name).isEmpty();
    }

    /** A format whose bytes are a type of the new file is stored as that type, whatever layout was asked for. */
    private TensorLayout layout(Format format) {
        var one = OneTensorLayout.safetensors();
        return !gguf && one.type(format).isPresent() ? one : layout;
    }

    private Plan keep(Weight weight, String why) {
        List<NewTensor> same = new ArrayList<>();
        for (TensorInfo tensor : weight.tensors()) {
            boolean has = gguf ? GgufTypes.id(tensor.type()) >= 0 : SafetensorsWriter.has(tensor.type());
            if (!has || (gguf && !(weight instanceof PlainWeight))) {
                var decoded = new NewTensor(weight.name(), DType.F32, weight.shape());
                String note = why + "; as F32, for the new file has no " + weight.stored();
                return new Plan(weight, null, null, List.of(decoded), false, note);
            }
            same.add(new NewTensor(tensor.name(), tensor.type(), tensor.shape()));
        }
        return new Plan(weight, null, null, same, false, why);
    }
}
