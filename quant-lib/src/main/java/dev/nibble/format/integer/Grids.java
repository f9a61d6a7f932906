package dev.nibble.format.integer;

import dev.nibble.format.ScaleType;

/** Fills {@link Grid}s from ranges, and from stored numbers: {@link AffineRule} put to work. */
final class Grids {
    private Grids() {}

    /** Group k from its range, {@code grid.from[k] .. grid.to[k]}. */
    static void fill(AffineRule rule, ScaleType type, boolean roundZero, Grid grid, int k) {
        float lo = grid.from[k];
        float hi = grid.to[k];
        float wanted = rule.scale(lo, hi);
        float stored = rule.stored(wanted, type);
        float zero = rule.zero(lo, hi, wanted, rule.fromStored() ? stored : wanted);
        grid.wanted[k] = wanted;
        grid.stored[k] = stored;
        float inverse = 0;
        if (rule.zero() == AffineRule.Zero.IN_CODES) {
            inverse = rule.inverse(lo, hi);
            zero = roundZero ? (float) Math.rint(zero) : zero;
        }
        place(rule, type, grid, k, zero, inverse);
    }

    /** The same as {@link #fill} for the first {@code n} groups of a plain symmetric rule, in loops that are compiled well. */
    static void fillSymmetric(AffineRule rule, ScaleType type, Grid grid, int n) {
        float[] wanted = grid.wanted;
        float[] stored = grid.stored;
        float divisor = rule.divisor();
        float narrowest = rule.floor() == AffineRule.Floor.RANGE ? rule.least() : 0;
        float smallest = rule.floor() == AffineRule.Floor.SCALE ? rule.least() : 0;
        float instead = rule.floor() == AffineRule.Floor.ZERO_SCALE ? rule.least() : 0;
        for (int k = 0; k < n; k++) {
            float scale = Math.max(Math.max(grid.to[k], narrowest) / divisor, smallest);
            wanted[k] = scale == 0 ? instead : scale;
        }
        round(type, wanted, stored, n);
        float[] basis = rule.fromStored() ? stored : wanted;
        float steps = rule.steps();
        for (int k = 0; k < n; k++) {
            grid.by[k] = rule.multiply() ? 1 / basis[k] * steps : basis[k];
        }
        System.arraycopy(stored, 0, grid.s, 0, n);
        int outside = rule.offset() + (int) rule.centre();
        float a = rule.centre() + rule.offset();
        for (int k = 0; k < n; k++) {
            grid.zero[k] = rule.centre();
            grid.storedZero[k] = rule.centre();
            grid.outside[k] = outside;
            grid.a[k] = a;
            grid.b[k] = -0f;
        }
    }

    private static void round(ScaleType type, float[] from, float[] to, int n) {
        if (type == ScaleType.F16) {
            for (int k = 0; k < n; k++) {
                to[k] = Float.float16ToFloat(Float.floatToFloat16(from[k]));
            }
        } else {
            for (int k = 0; k < n; k++) {
                to[k] = type.round(from[k]);
            }
        }
    }

    /** Group k with its scale filled in and this zero. */
    static void place(AffineRule rule, ScaleType type, Grid grid, int k, float zero, float inverse) {
        float storedZero = rule.hasFloatZero() ? type.round(zero) : zero;
        grid.zero[k] = zero;
        grid.storedZero[k] = storedZero;
        float z = rule.fromStored() ? storedZero : zero;
        float basis = rule.fromStored() ? grid.stored[k] : grid.wanted[k];
        int offset = rule.offset();
        grid.by[k] = rule.multiply() ? 1 / basis * rule.steps() : basis;
        grid.sub[k] = 0;
        grid.add[k] = 0;
        grid.outside[k] = offset;
        switch (rule.zero()) {
            case NONE -> {
                if (rule.isSign()) {
                    grid.by[k] = Float.MIN_VALUE; // the code of any number from +0 on is 1
                    grid.add[k] = 0.75f;
                } else {
                    grid.outside[k] += (int) rule.centre();
                }
            }
            case INTEGER -> {
                if (rule.zeroInside()) {
                    grid.add[k] = z;
                } else {
                    grid.outside[k] += (int) z;
                }
            }
            case IN_CODES -> {
                grid.by[k] = inverse;
                grid.add[k] = z;
            }
            case IN_WEIGHTS -> grid.sub[k] = z - basis * rule.middle();
            case MINIMUM -> grid.sub[k] = z;
        }
        decode(rule, grid, k, grid.stored[k], storedZero);
    }

    /** What decoding needs of group k. */
    static void decode(AffineRule rule, Grid grid, int k, float scale, float zero) {
        grid.s[k] = scale;
        grid.b[k] = -0f; // adding it changes nothing, not even a zero's sign
        switch (rule.zero()) {
            case NONE, INTEGER -> grid.a[k] = zero + rule.offset();
            case IN_CODES -> grid.a[k] = zero;
            case IN_WEIGHTS -> {
                grid.a[k] = rule.middle();
                grid.b[k] = zero;
            }
            case MINIMUM -> {
                grid.a[k] = 0;
                grid.b[k] = zero;
            }
        }
    }

    /** How group k would decode with its numbers before they are stored, for a search that looks at these. */
    static void decodeUnrounded(AffineRule rule, Grid grid, int k) {
        decode(rule, grid, k, grid.wanted[k], grid.zero[k]);
    }

    /** How far numbers between {@code low} and {@code high} lie beyond the grid of group k. */
    static float beyond(Grid grid, int k, float low, float high) {
        double one = grid.value(k, grid.fieldMin);
        double other = grid.value(k, grid.fieldMax);
        double most = Math.max(Math.min(one, other) - low, high - Math.max(one, other));
        return most > 0 ? Math.nextUp((float) most) : 0;
    }

    /** Whether everything that decoding the first {@code n} groups computes is finite. */
    static boolean finite(Grid grid, int n) {
        boolean finite = true;
        for (int k = 0; k < n; k++) {
            finite &= isFinite(grid, k);
        }
        return finite;
    }

    /** Whether everything that decoding group k computes is finite. */
    static boolean isFinite(Grid grid, int k) {
        float reach = Math.max(Math.abs(grid.fieldMin - grid.a[k]), Math.abs(grid.fieldMax - grid.a[k]))
                * Math.abs(grid.s[k]);
        return reach * Math.max(1, grid.fieldFactor) + Math.abs(grid.b[k]) <= Float.MAX_VALUE;
    }
}
