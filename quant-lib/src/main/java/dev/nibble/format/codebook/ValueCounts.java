package dev.nibble.format.codebook;

import dev.nibble.format.Blocks;
import dev.nibble.tensor.Matrix;

/**
 * How often which weights occur in a tensor of any size, in 2^20 cells that share the sign, the exponent and the first
 * 11 bits of the mantissa. Counts and sums are integers, so neither the order nor the pieces that weights come in
 * change a bit.
 */
final class ValueCounts {
    private static final int LOW_BITS = 12;
    private static final int LOW_MASK = (1 << LOW_BITS) - 1;
    private static final int CELLS = 1 << (32 - LOW_BITS);

    private final long[] counts = new long[CELLS];
    private final long[] lows = new long[CELLS];
    private float low = Float.POSITIVE_INFINITY;
    private float high = Float.NEGATIVE_INFINITY;

    /** Adds the weights of some rows; {@code check} is asked now and then whether to go on. */
    void add(Matrix piece, Runnable check) {
        float[] x = piece.values();
        for (int from = 0; from < x.length; from += Blocks.PIECE) {
            check.run();
            int to = Math.min(x.length, from + Blocks.PIECE);
            for (int i = from; i < to; i++) {
                float v = x[i];
                if (!(Math.abs(v) <= Float.MAX_VALUE)) {
                    throw Blocks.notFinite(piece, i, i + 1);
                }
                low = Math.min(low, v);
                high = Math.max(high, v);
                int bits = Float.floatToRawIntBits(v);
                counts[bits >>> LOW_BITS]++;
                lows[bits >>> LOW_BITS] += bits & LOW_MASK;
            }
        }
    }

    float low() {
        return low;
    }

    float high() {
        return high;
    }

    /** Each cell that holds a weight at the mean of its weights. */
    Points points() {
        int filled = 0;
        for (long count : counts) {
            filled += count > 0 ? 1 : 0;
        }
        double[] values = new double[filled];
        long[] of = new long[filled];
        int n = 0;
        for (int i = CELLS - 1; i >= CELLS / 2; i--) { // negative numbers, the largest magnitude first
            n = put(i, values, of, n);
        }
        for (int i = 0; i < CELLS / 2; i++) {
            n = put(i, values, of, n);
        }
        return new Points(values, of);
    }

    private int put(int cell, double[] values, long[] of, int n) {
        if (counts[cell] == 0) {
            return n;
        }
        float first = Float.intBitsToFloat(cell << LOW_BITS);
        double unit = Math.ulp(first); // one exponent: the numbers of a cell lie evenly
        double along = (double) lows[cell] / counts[cell] * unit;
        values[n] = first < 0 || 1 / first < 0 ? first - along : first + along;
        of[n] = counts[cell];
        return n + 1;
    }
}
