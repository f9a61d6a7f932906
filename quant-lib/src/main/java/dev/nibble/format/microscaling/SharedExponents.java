package dev.nibble.format.microscaling;

import dev.nibble.core.Trace;
import dev.nibble.format.minifloat.FloatElement;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.List;

/**
 * A trace's step: what each of the exact scale rules makes of a block, whichever the format follows.
 *
 * @param row row of the block's first weight
 * @param column its column
 * @param amax the block's largest magnitude
 * @param choices one per rule: floor, even, ceil, rceil
 */
public record SharedExponents(int row, int column, float amax, List<Choice> choices) implements Trace.Step {
    /**
     * One rule.
     *
     * @param rule which
     * @param exponent the shared exponent, within −127 to 127
     * @param saturated weights of the block that are beyond the largest number
     * @param squaredError of the whole block, under the element's own rounding
     */
    public record Choice(ScaleRule rule, int exponent, int saturated, double squaredError) {}

    public SharedExponents {
        choices = List.copyOf(choices);
    }

    static SharedExponents of(Matrix w, int from, int count, float amax, FloatElement element) {
        List<Choice> choices = Arrays.stream(ScaleRule.values())
                .filter(rule -> rule != ScaleRule.LOG2F)
                .map(rule -> choice(w.values(), from, count, amax, element, rule))
                .toList();
        return new SharedExponents(from / w.cols(), from % w.cols(), amax, choices);
    }

    private static Choice choice(float[] x, int from, int count, float amax, FloatElement element, ScaleRule rule) {
        int exponent = Math.clamp(rule.exponent(amax, element), -127, 127);
        float scale = Math.scalb(1f, exponent);
        int saturated = 0;
        double squared = 0;
        for (int i = from; i < from + count; i++) {
            float t = x[i] / scale;
            saturated += Math.abs(t) > element.max() ? 1 : 0;
            double error = (double) element.value(element.code(t)) * scale - x[i];
            squared += error * error;
        }
        return new Choice(rule, exponent, saturated, squared);
    }
}
