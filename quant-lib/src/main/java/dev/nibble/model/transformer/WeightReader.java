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
import dev.nibble.model.FittingRecipe;
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
    private final Shapes shapes;
    private final ModelRecipe recipe;

    /** @param recipe null for the weights as they are in the file */
    WeightReader(Weights weights, Family family, boolean gguf, Shapes shapes, ModelRecipe recipe) {
        this.weights = weights;
        this.family = family;
        this.gguf = gguf;
        this.shapes = shapes;
        this.recipe = recipe;
    }

    /** The same weights in another recipe. */
    WeightReader with(ModelRecipe other) {
        return new WeightReader(weights, family, gguf, shapes, other);
    }

    /** Whether a layer makes queries, keys and values by one matrix. */
    boolean fused(int layer) {
        return has(Slot.QUERY_KEY_VALUE, layer) || !names().containsKey(Slot.QUERY);
    }

    private Map<Slot, String> names() {
        return gguf ? family.ggufNames() : family.names();
    }

    /** Whether there is a weight at a place. */
    boolean has(Slot slot, int layer) {
        return find(slot, layer, WEIGHT).isPresent();
    }

    private Optional<Weight> find(Slot slot, int layer, String suffix) {
        String pattern = names().get(slot);
        if (pattern == null) {
            return Optional.empty();
        }
        String name = pattern.replace("*", Integer.toString(layer)) + suffix;
        // Files of the bare model leave out what its wrapper is called.
        return weights.find(name).or(() -> weights.find(name.substring(name.indexOf('.') + 1)));
    }

    private Weight require(Slot slot, int layer, String suffix) {
        return find(slot, layer, suffix).orElseThrow(() -> {
            String name = names().getOrDefault(slot, slot.name());
            return new CheckpointException(file() + " has no \"" + name.replace("*", Integer.toString(layer)) + suffix
                    + "\", which its model needs");
        });
    }

    private String file() {
        return String.valueOf(weights.checkpoint().path().getFileName());
    }

    /**
     * Says now what reading the weights of a place would.
     *
     * @param bias whether it has to have a bias; one that it has all the same is looked at, too
     * @throws CheckpointException if something is not there, or has another shape
     */
    void check(Slot slot, int layer, boolean bias) {
        Weight weight = require(slot, layer, WEIGHT);
        if (shapes.inputs(slot) > 0) {
            requireMatrix(weight, slot);
        } else {
            requireLength(weight, slot);
        }
        if (bias) {
            require(slot, layer, BIAS);
        }
        find(slot, layer, BIAS).ifPresent(b -> requireLength(b, slot));
    }

    /**
     * A matrix in the recipe, laid out for products.
     *
     * @throws CheckpointException if it is not there, or has another shape
     */
    Panels panels(Slot slot, int layer, Progress progress) {
        return Panels.of(matrix(slot, layer, progress), progress.quiet());
    }

    /** The same as a matrix, [out, in]. */
    Matrix matrix(Slot slot, int layer, Progress progress) {
        Weight weight = require(slot, layer, WEIGHT);
        requireMatrix(weight, slot);
        boolean turned = turned(weight, slot);
        Matrix w = weight.rows(0, turned ? shapes.inputs(slot) : shapes.outputs(slot), progress.quiet());
        Matrix stored = stored(weight.name(), 2, turned ? transposed(w) : w, progress);
        return isPaired(slot) ? unpaired(stored, shapes.heads(slot)) : stored;
    }

    private boolean turned(Weight weight, Slot slot) {
        boolean linear = slot != Slot.EMBEDDING && slot != Slot.POSITIONS && slot != Slot.HEAD;
        return linear && !gguf && family.transposed() && !weight.rowsAreOutputs();
    }

    private boolean isPaired(Slot slot) {
        return gguf && family.pairedInGguf() && shapes.heads(slot) > 0;
    }

    /** Whether a weight outside of the layers is the file's own. */
    boolean keeps(Slot slot) {
        return recipe == null
                || recipe.ofTensor(require(slot, 0, WEIGHT).name(), 2).isEmpty();
    }

    /** The embedding as the head, in the recipe of heads. */
    Panels tiedHead(Progress progress) {
        Weight weight = require(Slot.EMBEDDING, 0, WEIGHT);
        requireMatrix(weight, Slot.EMBEDDING);
        Matrix w = weight.rows(0, shapes.outputs(Slot.EMBEDDING), progress.quiet());
        Optional<Recipe> own = recipe == null ? Optional.empty() : recipe.of(ModelRecipe.Part.HEAD);
        return Panels.of(own.isPresent() ? in(own.get(), w, progress) : w, progress.quiet());
    }

    /** Whether a tied head and the embedding hold the same numbers. */
    boolean headIsEmbedding() {
        if (recipe == null) {
            return true;
        }
        Weight weight = require(Slot.EMBEDDING, 0, WEIGHT);
        Optional<Recipe> head = recipe.of(ModelRecipe.Part.HEAD);
        Optional<Recipe> embedding = recipe.ofTensor(weight.name(), 2);
        return head.isEmpty() || head.equals(embedding);
    }

    private Matrix stored(String name, int dimensions, Matrix w, Progress progress) {
        Optional<Recipe> own = recipe == null ? Optional.empty() : recipe.ofTensor(name, dimensions);
        return own.isPresent() ? in(own.get(), w, progress) : w;
    }

    private static Matrix in(Recipe recipe, Matrix w, Progress progress) {
        try {
            Format format =
                    Formats.parse(FittingRecipe.of(recipe, w.rows(), w.cols()).toString());
            return format.quantize(w, progress.quiet()).dequantize();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(w + " in " + recipe + ": " + e.getMessage(), e);
        }
    }

    /** The numbers of a norm. */
    float[] norm(Slot slot, int layer) {
        return vector(require(slot, layer, WEIGHT), slot);
    }

    /** The bias of a place; null if there is none. */
    float[] bias(Slot slot, int layer) {
        Optional<Weight> found = find(slot, layer, BIAS);
        if (found.isEmpty()) {
            return null;
        }
        float[] values = vector(found.get(), slot);
        return isPaired(slot)
                ? unpaired(Matrix.of(values.length, 1, values), shapes.heads(slot))
                        .values()
                : values;
    }

    private float[] vector(Weight weight, Slot slot) {
        requireLength(weight, slot);
        Matrix w = weight.rows(0, Math.toIntExact(weight.rows()), Progress.NONE);
        return stored(weight.name(), 1, w, Progress.NONE).values();
    }

    /**
     * Factors that the rotary frequencies are divided by, where a GGUF file has them; else null.
     *
     * @throws CheckpointException if they are not as many as {@code count}
     */
    float[] ropeFactors(int count) {
        Optional<Weight> found = gguf ? weights.find("rope_freqs.weight") : Optional.empty();
        if (found.isEmpty()) {
            return null;
        }
        if (found.get().count() != count) {
            throw shape(found.get(), "[" + count + "]");
        }
        return found.get()
                .rows(0, Math.toIntExact(found.get().rows()), Progress.NONE)
                .values();
    }

    private void requireMatrix(Weight weight, Slot slot) {
        boolean turned = turned(weight, slot);
        int rows = turned ? shapes.inputs(slot) : shapes.outputs(slot);
        int cols = turned ? shapes.outputs(slot) : shapes.inputs(slot);
        if (weight.rows() != rows || weight.cols() != cols) {
            throw shape(weight, "[" + rows + ", " + cols + "]");
        }
    }

    private void requireLength(Weight weight, Slot slot) {
        if (weight.count() != shapes.outputs(slot)) {
            throw shape(weight, "[" + shapes.outputs(slot) + "]");
        }
    }

    private CheckpointException shape(Weight weight, String expected) {
        return new CheckpointException(String.format(
                Locale.ROOT,
                "%s: \"%s\" has the shape %s, but its model's description asks for %s",
                file(),
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
