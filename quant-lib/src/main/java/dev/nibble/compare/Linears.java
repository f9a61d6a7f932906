package dev.nibble.compare;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.Weight;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Recipe;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The linears of a model, by layer and kind. */
final class Linears {
    /** The number of a layer inside a name, with what stands before it. */
    private static final Pattern LAYER = Pattern.compile("^(?:.*?\\.)?(\\d{1,6})\\.");

    private Linears() {}

    /**
     * One linear.
     *
     * @param layer -1 if it belongs to none
     * @param kind its name without the layer
     * @param count of its weights
     */
    record Linear(String name, int layer, String kind, long count) {}

    static List<Linear> of(Checkpoint checkpoint) {
        return Weights.of(checkpoint).all().stream()
                .filter(w -> ModelRecipe.Part.ofTensor(w.name(), w.shape().length) == ModelRecipe.Part.WEIGHTS)
                .map(Linears::linear)
                .toList();
    }

    private static Linear linear(Weight weight) {
        Matcher layer = LAYER.matcher(weight.name());
        boolean inside = layer.find();
        String kind = inside ? weight.name().substring(layer.end()) : weight.name();
        return new Linear(
                weight.name(),
                inside ? Integer.parseInt(layer.group(1)) : -1,
                kind.endsWith(".weight") ? kind.substring(0, kind.length() - ".weight".length()) : kind,
                weight.count());
    }

    /** A recipe for some linears and nothing else. */
    static ModelRecipe recipe(Recipe recipe, List<Linear> some) {
        return new ModelRecipe(some.stream()
                .map(linear -> new ModelRecipe.Entry(linear.name(), recipe))
                .toList());
    }
}
