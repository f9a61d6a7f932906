package dev.nibble.model.transformer;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.Weight;
import dev.nibble.checkpoint.Weights;
import dev.nibble.compute.Panels;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Finds a model's weights by their places, and gives them as the recipe stores them. */
final class WeightReader {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final Weights weights;
    private final Family family;
    private final boolean gguf;
    private final ModelRecipe recipe;

    /** @param recipe null for the weights as they are in the file */
    WeightReader(Weights weights, Family family, boolean gguf, ModelRecipe recipe) {
        this.weights = weights;
        this.family = family;
        this.gguf = gguf;
        this.recipe = recipe;
    }

    /** The same weights in another recipe. */
    WeightReader with(ModelRecipe other) {
        return new WeightReader(weights, family, gguf, other);
    }

    /** The file. */
    Weights weights() {
        return weights;
    }

    /** The weight at a place; empty if the model has none. */
    Optional<Weight> find(Slot slot, int layer) {
        return find(slot, layer, WEIGHT);
    }

    private Optional<Weight> find(Slot slot, int layer, String suffix) {
        Map<Slot, String> names = gguf ? family.ggufNames() : family.names();
        String pattern = names.get(slot);
        if (pattern == null) {
            return Optional.empty();
        }
        String name = pattern.replace("*", Integer.toString(layer)) + suffix;
        // Files of the bare model leave out what its wrapper is called.
        return weights.find(name).or(() -> weights.find(name.substring(name.indexOf('.') + 1)));
    }

    private Weight require(Slot slot, int layer) {
        return find(slot, layer).orElseThrow(() -> {
            String name = (gguf ? family.ggufNames() : family.names()).getOrDefault(slot, slot.name());
            return new CheckpointException(weights.checkpoint().path().getFileName() + " has no \""
                    + name.replace("*", Integer.toString(layer)) + WEIGHT + "\", which its model needs");
        });
    }

    /**
     * A matrix in the recipe, laid out for products.
     *
     * @param heads of queries or keys, whose rows may lie in pairs; 0 for others
     * @throws CheckpointException if it is not there, or has not that shape
     */
    Panels panels(Slot slot, int layer, int outputs, int inputs, int heads, Progress progress) {
        return Panels.of(matrix(slot, layer, outputs, inputs, heads, progress), progress.quiet());
    }

    /** The same as a matrix, [out, in]. */
    Matrix matrix(Slot slot, int layer, int outputs, int inputs, int heads, Progress progress) {
        Weight weight = require(slot, layer);
        boolean turned = !gguf && family.transposed() && isLinear(slot);
        requireShape(weight, turned ? inputs : outputs, turned ? outputs : inputs);
        Matrix w = weight.rows(0, turned ? inputs : outputs, progress.quiet());
        if (turned) {
            w = transposed(w);
        }
        Matrix stored = stored(weight.name(), 2, w, progress);
        return gguf && family.pairedInGguf() && heads > 0 ? unpaired(stored, heads) : stored;
    }

    private static boolean isLinear(Slot slot) {
        return slot != Slot.EMBEDDING && slot != Slot.POSITIONS && slot != Slot.HEAD;
    }

    /** The embedding as the head, in the recipe of heads. */
    Panels tiedHead(int outputs, int inputs, Progress progress) {
        Weight weight = require(Slot.EMBEDDING, 0);
        requireShape(weight, outputs, inputs);
        Matrix w = weight.rows(0, outputs, progress.quiet());
        Optional<Recipe> own = recipe == null ? Optional.empty() : recipe.of(ModelRecipe.Part.HEAD);
        return Panels.of(own.isPresent() ? in(own.get(), w, progress) : w, progress.quiet());
    }

    /** Whether a tied head and the embedding hold the same numbers. */
    boolean headIsEmbedding() {
        if (recipe == null) {
            return true;
        }
        Weight weight = require(Slot.EMBEDDING, 0);
        Optional<Recipe> head = recipe.of(ModelRecipe.Part.HEAD);
        Optional<Recipe> embedding = recipe.ofTensor(weight.name(), 2);
        return head.isEmpty() || head.equals(embedding);
    }

    private Matrix stored(String name, int dimensions, Matrix w, Progress progress) {
        Optional<Recipe> own = recipe == null ? Optional.empty() : recipe.ofTensor(name, dimensions);
        return own.isPresent() ? in(own.get(), w, progress) : w;
    }

    private static Matrix in(Recipe recipe, Matrix w, Progress progress) {
        Format format = Formats.parse(recipe.toString());
        try {
            return format.quantize(w, progress.quiet()).dequantize();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(w + " in " + recipe + ": " + e.getMessage(), e);
        }
    }

    /** The numbers of a norm, or of a norm's or a linear's bias; null if there are none. */
    float[] vector(Slot slot, int layer, boolean bias, int length, int heads) {
        Optional<Weight> found = find(slot, layer, bias ? BIAS : WEIGHT);
        if (found.isEmpty()) {
            return null;
        }
        Weight weight = found.get();
        if (weight.count() != length) {
            throw shape(weight, Integer.toString(length));
        }
        Matrix w = weight.rows(0, Math.toIntExact(weight.rows()), Progress.NONE);
        float[] values = stored(weight.name(), 1, w, Progress.NONE).values();
        if (gguf && family.pairedInGguf() && bias && heads > 0) {
            return unpaired(Matrix.of(length, 1, values), heads).values();
        }
        return values;
    }

    /** {@link #vector} of what has to be there. */
    float[] requireVector(Slot slot, int layer, int length) {
        float[] values = vector(slot, layer, false, length, 0);
        if (values == null) {
            require(slot, layer); // says what is missing
        }
        return values;
    }

    /** Factors that the rotary frequencies are divided by, where a GGUF file has them; else null. */
    float[] ropeFactors() {
        return weights.find("rope_freqs.weight")
                .map(w -> w.rows(0, Math.toIntExact(w.rows()), Progress.NONE).values())
                .orElse(null);
    }

    private void requireShape(Weight weight, int rows, int cols) {
        if (weight.rows() != rows || weight.cols() != cols) {
            throw shape(weight, "[" + rows + ", " + cols + "]");
        }
    }

    private CheckpointException shape(Weight weight, String expected) {
        return new CheckpointException(String.format(
                Locale.ROOT,
                "%s: \"%s\" has the shape %s, but its model's description asks for %s",
                weights.checkpoint().path().getFileName(),
                weight.name(),
                Arrays.toString(weight.shape()),
                expected));
    }

    private static Matrix transposed(Matrix w) {
        float[] values = new float[w.size()];
        for (int r = 0; r < w.rows(); r++) {
            for (int c = 0; c < w.cols(); c++) {
                values[c * w.rows() + r] = w.values()[r * w.cols() + c];
            }
        }
        return Matrix.of(w.name(), w.cols(), w.rows(), values);
    }

    /** Rows of each head: the even ones, then the odd ones. */
    static Matrix unpaired(Matrix w, int heads) {
        int size = w.rows() / heads;
        float[] values = new float[w.size()];
        for (int r = 0; r < w.rows(); r++) {
            int head = r / size;
            int i = r % size;
            int to = head * size + (i % 2) * (size / 2) + i / 2;
            System.arraycopy(w.values(), r * w.cols(), values, to * w.cols(), w.cols());
        }
        return Matrix.of(w.name(), w.rows(), w.cols(), values);
    }
}
