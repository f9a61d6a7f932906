package dev.nibble.explain;

import dev.nibble.format.ScaleType;
import java.util.Arrays;

/**
 * The values that the codes of one block stand for, and if they are equally spaced, step and zero.
 *
 * @param levels ascending, all different
 * @param kind whether they are equally spaced, and whether 0 is among them
 * @param step distance of neighbours; 0 of a book and of a grid of one value
 * @param zero how many levels are below 0
 */
record BlockGrid(float[] levels, Kind kind, float step, int zero) {
    /** Kinds of grids. */
    enum Kind {
        /** Multiples of the step. */
        MULTIPLES,
        /** Equally spaced from a minimum on. */
        FROM_MINIMUM,
        BOOK
    }

    static BlockGrid of(float[] levels) {
        int found = Arrays.binarySearch(levels, 0f);
        int zero = found >= 0 ? found : -found - 1;
        int last = levels.length - 1;
        if (levels.length < 2) {
            return new BlockGrid(levels, Kind.MULTIPLES, 0, zero);
        }
        if (found >= 0) {
            float step = zero < last ? levels[zero + 1] : -levels[zero - 1];
            if (areMultiples(levels, step, zero)) {
                return new BlockGrid(levels, Kind.MULTIPLES, step, zero);
            }
        }
        double step = ((double) levels[last] - levels[0]) / last;
        double tolerance = 4 * Math.ulp(Math.max(Math.abs(levels[0]), Math.abs(levels[last])));
        for (int i = 0; i <= last; i++) {
            if (Math.abs(levels[0] + i * step - levels[i]) > tolerance) {
                return new BlockGrid(levels, Kind.BOOK, 0, zero);
            }
        }
        float half = ScaleType.F16.round((float) step); // where scales are float16, the step is known exactly
        boolean isHalf = Math.abs(half - step) * last <= tolerance;
        return new BlockGrid(levels, Kind.FROM_MINIMUM, isHalf ? half : (float) step, zero);
    }

    private static boolean areMultiples(float[] levels, float step, int zero) {
        for (int i = 0; i < levels.length; i++) {
            if (levels[i] != (i - zero) * step) {
                return false;
            }
        }
        return true;
    }

    /** Place of a value of this grid, from 0. */
    int rank(float value) {
        return Arrays.binarySearch(levels, value + 0f);
    }

    /** Whether two weights have the same grid. */
    boolean sameAs(BlockGrid other) {
        return Arrays.equals(levels, other.levels);
    }
}
