package dev.nibble.compare;

import dev.nibble.compare.Linears.Linear;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Vocabulary;
import dev.nibble.format.Formats;
import dev.nibble.metric.Evaluation;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.LogitsSource.Window;
import dev.nibble.model.Model;
import dev.nibble.model.transformer.HiddenStates;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * How the error of hidden states grows from layer to layer. The relative error of a position is the length of the
 * difference between the quantized model's hidden state and the one as stored, over the length of the latter; sums run
 * in order, in double. Both models run side by side, a layer of each in memory at a time.
 *
 * @param model its name
 * @param recipe of the linears that were quantized
 * @param only the layer whose linears were quantized; empty for those of all layers
 * @param positions that the means are over
 * @param note what has to be known to read the numbers; empty if nothing
 * @param steps behind each layer, in order
 */
public record ErrorGrowth(
        String model, String recipe, Optional<Integer> only, long positions, String note, List<Step> steps) {
    /**
     * The error behind a layer.
     *
     * @param layer from 0
     * @param mean relative error over positions
     * @param largest of them
     */
    public record Step(int layer, double mean, double largest) {}

    public ErrorGrowth {
        Objects.requireNonNull(model, "model");
        steps = List.copyOf(steps);
    }

    /** All linears quantized. */
    public static ErrorGrowth of(
            Model model, @Vocabulary.Of("model-recipe") String recipe, Evaluation evaluation, Progress progress) {
        return of(model, recipe, Optional.empty(), evaluation, progress);
    }

    /**
     * The linears of one layer quantized.
     *
     * @param layer from 0
     * @throws IllegalArgumentException if there are no linears in such a layer
     */
    public static ErrorGrowth ofLayer(
            Model model,
            @Vocabulary.Of("model-recipe") String recipe,
            int layer,
            Evaluation evaluation,
            Progress progress) {
        return of(model, recipe, Optional.of(layer), evaluation, progress);
    }

    private static ErrorGrowth of(
            Model model, String recipe, Optional<Integer> only, Evaluation evaluation, Progress progress) {
        Recipe weights = Formats.model(recipe)
                .of(ModelRecipe.Part.WEIGHTS)
                .orElseThrow(() -> new IllegalArgumentException(recipe + " says nothing of the weights"));
        List<Linear> linears = Linears.of(model.checkpoint()).stream()
                .filter(linear -> only.isEmpty() || linear.layer() == only.get())
                .toList();
        if (linears.isEmpty()) {
            throw new IllegalArgumentException(model.name() + " has no linears"
                    + only.map(l -> " in layer " + l).orElse(""));
        }
        LanguageModel stored = model.language();
        LanguageModel quantized = stored.in(Linears.recipe(weights, linears));
        List<Window> windows = evaluation.windows();
        int layers = stored.config().layers();
        List<Step> steps = new ArrayList<>();
        try (Progress.Task task = progress.task("follow the error through " + model.name(), layers, "layers")) {
            Progress quiet = progress.quiet();
            HiddenStates was = stored.states(windows, quiet);
            HiddenStates is = quantized.states(windows, quiet);
            for (int layer = 0; layer < layers; layer++) {
                was = stored.next(was, quiet);
                is = quantized.next(is, quiet);
                steps.add(step(layer, was, is));
                task.step(1);
            }
        }
        return new ErrorGrowth(
                model.name(),
                weights.toString(),
                only,
                windows.stream().mapToLong(Window::length).sum(),
                Comparison.note(model),
                steps);
    }

    /** The error of some states against others of the same windows. */
    static Step step(int layer, HiddenStates was, HiddenStates is) {
        double sum = 0;
        double largest = 0;
        long count = 0;
        for (int w = 0; w < was.windows().size(); w++) {
            for (int p = 0; p < was.windows().get(w).length(); p++) {
                double error = relative(was, is, w, p);
                sum += error;
                largest = Math.max(largest, error);
                count++;
            }
        }
        return new Step(layer, sum / count, largest);
    }

    private static double relative(HiddenStates was, HiddenStates is, int window, int position) {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < was.hidden(); i++) {
            double x = was.get(window, position, i);
            double d = is.get(window, position, i) - x;
            difference += d * d;
            length += x * x;
        }
        return difference == 0 ? 0 : Math.sqrt(difference / length);
    }

    @Override
    public String toString() {
        Step last = steps.getLast();
        return String.format(
                Locale.ROOT,
                "%s, %s in %s: relative error of hidden states %.4f behind layer %d, %.4f behind the last (largest %.4f),"
                        + " %,d positions",
                model,
                only.map(l -> "layer " + l).orElse("all linears"),
                recipe,
                steps.getFirst().mean(),
                steps.getFirst().layer(),
                last.mean(),
                last.largest(),
                positions);
    }
}
