package dev.nibble.explain;

import java.util.Arrays;

/**
 * How a weight becomes a code, every ingredient spelled out, so that one can be exchanged for another's.
 *
 * @param kind of grid
 * @param levels its values, ascending; read only
 * @param scale that the weight is divided by: as stored, or as it was before
 * @param minimum that is subtracted first, of a grid from a minimum on
 * @param zero how many levels are below 0
 * @param flipped whether codes count downwards in value, because the scale is negative
 * @param multiply whether the weight is multiplied by 1 / scale instead of being divided
 * @param inside whether the code of 0 is added before rounding
 * @param tie what becomes of halves
 */
record Coding(
        BlockGrid.Kind kind,
        float[] levels,
        float scale,
        float minimum,
        int zero,
        boolean flipped,
        boolean multiply,
        boolean inside,
        Tie tie) {
    private static final float FAR = 1e6f;

    /** The weight in steps of the grid, as it is before rounding; NaN where there are no steps. */
    float scaled(float x) {
        return switch (kind) {
            case MULTIPLES -> scale == 0 ? Float.NaN : multiply ? x * (1 / scale) : x / scale;
            case FROM_MINIMUM ->
                scale == 0 ? Float.NaN : multiply ? (x - minimum) * (1 / scale) : (x - minimum) / scale;
            case BOOK -> Float.NaN;
        };
    }

    /** Place of the code of {@code x} among the levels. */
    int rank(float x) {
        if (kind == BlockGrid.Kind.BOOK) {
            return nearest(x);
        }
        float scaled = scaled(x);
        if (Float.isNaN(scaled)) {
            return Math.min(zero, levels.length - 1);
        }
        float u = Math.clamp(flipped ? -scaled : scaled, -FAR, FAR);
        int top = levels.length - 1;
        int middle = kind == BlockGrid.Kind.FROM_MINIMUM ? 0 : flipped ? top - zero : zero;
        int code = inside ? tie.round(u + middle, 0) : tie.round(u, middle) + middle;
        int clamped = Math.clamp(code, 0, top);
        return flipped ? top - clamped : clamped;
    }

    private int nearest(float x) {
        int found = Arrays.binarySearch(levels, x + 0f);
        if (found >= 0) {
            return found;
        }
        int upper = -found - 1;
        if (upper == 0 || upper == levels.length) {
            return Math.min(upper, levels.length - 1);
        }
        double below = (double) x - levels[upper - 1];
        double above = (double) levels[upper] - x;
        boolean up = below > above || (below == above && tie.takesUpper(upper - 1, zero));
        return up ? upper : upper - 1;
    }

    /** Whether a weight is so near to the middle of two places that the rounding of the arithmetic decides. */
    boolean isNearlyTie(float x, int rankA, int rankB) {
        if (Math.abs(rankA - rankB) != 1) {
            return false;
        }
        double middle = ((double) levels[rankA] + levels[rankB]) / 2;
        double step = Math.abs((double) levels[rankA] - levels[rankB]);
        // codes up to 2^8 steps are computed in float32: 2^-24 · 2^8 of a step, a few times
        return Math.abs(x - middle) <= step * 0x1p-13;
    }
}
