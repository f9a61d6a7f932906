package dev.nibble.compare;

import dev.nibble.checkpoint.Weight;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Recipe;
import dev.nibble.format.Formats;
import dev.nibble.format.PartLayout;
import dev.nibble.model.FittingRecipe;
import java.util.Optional;

/**
 * What a model takes in a recipe: the whole of it, and the part that the recipe quantizes. An embedding can be a quarter
 * of a small model, so the two are told apart.
 *
 * @param bytes of all weights
 * @param values of all weights
 * @param quantizedBytes of the weights that the recipe speaks of
 * @param quantizedValues of these
 * @param fallbacks how many of these have rows that the format does not take, and are in another one instead
 */
public record Sizes(long bytes, long values, long quantizedBytes, long quantizedValues, int fallbacks) {
    /**
     * Counts without quantizing anything.
     *
     * @param recipe null for the file as it is, whose linears then count as the quantized part
     */
    public static Sizes of(Weights weights, ModelRecipe recipe) {
        long bytes = 0;
        long values = 0;
        long quantizedBytes = 0;
        long quantizedValues = 0;
        int fallbacks = 0;
        for (Weight weight : weights.all()) {
            int dimensions = weight.shape().length;
            Optional<Recipe> own = recipe == null ? Optional.empty() : recipe.ofTensor(weight.name(), dimensions);
            boolean counted = recipe == null
                    ? ModelRecipe.Part.ofTensor(weight.name(), dimensions) == ModelRecipe.Part.WEIGHTS
                    : own.isPresent();
            fallbacks += own.isPresent() && !fitting(own.get(), weight).equals(own.get()) ? 1 : 0;
            long its = own.isPresent() ? stored(own.get(), weight) : weight.bytes();
            bytes += its;
            values += weight.count();
            quantizedBytes += counted ? its : 0;
            quantizedValues += counted ? weight.count() : 0;
        }
        return new Sizes(bytes, values, quantizedBytes, quantizedValues, fallbacks);
    }

    private static Recipe fitting(Recipe recipe, Weight weight) {
        return FittingRecipe.of(recipe, weight.rows(), Math.toIntExact(weight.cols()));
    }

    private static long stored(Recipe recipe, Weight weight) {
        return Formats.parse(fitting(recipe, weight).toString())
                .layout(weight.rows(), Math.toIntExact(weight.cols()))
                .stream()
                .mapToLong(PartLayout::bytes)
                .sum();
    }

    /** Stored bits per weight of the quantized part, scales included. */
    public double bitsPerWeight() {
        return 8.0 * quantizedBytes / quantizedValues;
    }
}
