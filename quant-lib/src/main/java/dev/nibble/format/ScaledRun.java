package dev.nibble.format;

import java.util.Arrays;
import java.util.Objects;

/**
 * Weights that share one scale, and what their codes can stand for: level · scale + offset.
 *
 * @param first place of the first of them in the matrix, row after row
 * @param count how many follow one another
 * @param levels what the codes that are written stand for before the scale, ascending, all different
 * @param scale as stored
 * @param offset as stored: what a minimum adds; 0 where there is none
 * @param scales what the scale could have been, all other numbers staying
 * @param shift whether the levels can be moved as well
 * @param offsets what the offset could have been; null where there is none
 */
public record ScaledRun(
        int first,
        int count,
        float[] levels,
        double scale,
        double offset,
        ScaleSet scales,
        Shift shift,
        ScaleSet offsets) {
    /** How levels can be moved apart from being scaled. */
    public enum Shift {
        /** Not at all, or by choosing another code for 0, which {@code levels} have in them already. */
        NONE,
        /** By any number. */
        ANY,
        /** By a number that is not positive. */
        DOWN
    }

    public ScaledRun {
        Objects.requireNonNull(scales, "scales");
        Objects.requireNonNull(shift, "shift");
        if (levels.length == 0) {
            throw new IllegalArgumentException("a run of weights needs levels");
        }
    }

    /** A run without an offset. */
    public static ScaledRun of(int first, int count, float[] levels, double scale, ScaleSet scales) {
        return new ScaledRun(first, count, levels, scale, 0, scales, Shift.NONE, null);
    }

    /** The whole numbers {@code low} to {@code high}, as levels. */
    public static float[] integers(int low, int high) {
        float[] levels = new float[high - low + 1];
        for (int k = low; k <= high; k++) {
            levels[k - low] = k;
        }
        return levels;
    }

    /** The finite ones of some numbers as levels: in order, each once, −0 counting as 0. */
    public static float[] ascending(float[] values) {
        float[] sorted = new float[values.length];
        int n = 0;
        for (float v : values) {
            if (Float.isFinite(v)) {
                sorted[n++] = v + 0f;
            }
        }
        Arrays.sort(sorted, 0, n);
        int different = 0;
        for (int k = 0; k < n; k++) {
            if (different == 0 || sorted[k] != sorted[different - 1]) {
                sorted[different++] = sorted[k];
            }
        }
        return Arrays.copyOf(sorted, different);
    }

    /** Whether the levels are equally spaced. */
    public boolean isGrid() {
        for (int k = 2; k < levels.length; k++) {
            if (levels[k] - levels[k - 1] != levels[1] - levels[0]) {
                return false;
            }
        }
        return true;
    }
}
