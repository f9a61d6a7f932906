package dev.nibble.format.minifloat;

import dev.nibble.core.Recipe;
import dev.nibble.format.ScaleSet;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.Locale;

/**
 * No scale: weights are rounded as they are. One that is beyond the largest number of the type is refused, or becomes
 * that number if {@code saturate}.
 */
record PlainScaling(FloatElement element, boolean saturate) implements Scaling {
    @Override
    public int group(int cols) {
        return cols;
    }

    @Override
    public int bytes() {
        return 0;
    }

    @Override
    public String encoding() {
        return "";
    }

    @Override
    public boolean divides() {
        return true;
    }

    @Override
    public int fit(float[] absmax, int n, float tensor, byte[] scales, int at) {
        for (int i = 0; i < n && !saturate; i++) {
            if (element.saturates(absmax[i])) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public IllegalArgumentException refusal(Matrix w, int from, int count, float absmax, float tensor, Recipe recipe) {
        int i = from;
        while (i < from + count - 1 && !element.saturates(w.values()[i])) {
            i++;
        }
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "%s: the weight at row %d, column %d is %s, beyond %s, the largest number of %s%s",
                w.name(),
                i / w.cols(),
                i % w.cols(),
                w.values()[i],
                element.max(),
                element.name(),
                element.type().signed() ? "; add \"sat\" to the recipe to take that, or \"row\" for a scale" : ""));
    }

    @Override
    public void operands(byte[] scales, int at, int n, float tensor, float[] out) {
        Arrays.fill(out, 0, n, 1);
    }

    @Override
    public void factors(byte[] scales, int at, int n, float tensor, float[] out) {
        Arrays.fill(out, 0, n, 1);
    }

    @Override
    public float wanted(float absmax, float tensor) {
        return 1;
    }

    @Override
    public ScaleSet storable(float tensor) {
        return ScaleSet.of("no scale", 1);
    }

    /** Without saturation a weight rounds to the largest number: it lies within half of its last place. */
    @Override
    public double reach(byte[] scales, int at, float tensor) {
        float max = element.max();
        return saturate ? Double.POSITIVE_INFINITY : max + element.type().spacing(max) / 2.0;
    }
}
