package dev.nibble.format.integer;

import dev.nibble.format.BlockScaled;
import dev.nibble.format.BlockWeights;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;

/** What a trace is told of a block of integers: its scale and zero, then its codes and what was clipped. */
final class AffineTrace {
    private AffineTrace() {}

    static BlockScaled block(Matrix w, int start, int count, Grid grid, int k, AffineRule rule) {
        float factor = rule.factor();
        return new BlockScaled(
                start / w.cols(),
                start % w.cols(),
                count,
                low(w, start, count, grid.low[k]),
                high(w, start, count, grid.high[k]),
                grid.wanted[k] * factor,
                grid.stored[k] * factor,
                Math.round(grid.storedZero[k]));
    }

    // A row's way through FP8 may round the extremes inwards; the trace tells of the weights as they were.

    private static float low(Matrix w, int start, int count, float seen) {
        float low = seen;
        for (int i = start; i < start + count; i++) {
            low = Math.min(low, w.values()[i]);
        }
        return low;
    }

    private static float high(Matrix w, int start, int count, float seen) {
        float high = seen;
        for (int i = start; i < start + count; i++) {
            high = Math.max(high, w.values()[i]);
        }
        return high;
    }

    static AffineBlock codes(Matrix w, int start, int count, Grid grid, int k, AffineRule rule, AffineQuantized q) {
        byte[] fields = fields(w, start, count, rule, q);
        double one = grid.value(k, grid.fieldMin);
        double other = grid.value(k, grid.fieldMax);
        double slack = Math.abs((double) grid.s[k]) * rule.factor() / 2;
        double low = Math.min(one, other);
        double high = Math.max(one, other);
        int clipped = 0;
        for (int i = 0; i < count; i++) {
            float v = w.values()[start + i];
            if (v < low - slack || v > high + slack) {
                clipped++;
            }
        }
        return new AffineBlock(
                start / w.cols(),
                start % w.cols(),
                grid.from[k],
                grid.to[k],
                grid.stored[k],
                grid.storedZero[k],
                (float) low,
                (float) high,
                clipped,
                fields);
    }

    private static byte[] fields(Matrix w, int start, int count, AffineRule rule, AffineQuantized q) {
        byte[] fields = new byte[count];
        for (int i = 0; i < count; i++) {
            int at = start + i;
            fields[i] = (byte) (q.code(at / w.cols(), at % w.cols()) + rule.offset());
        }
        return fields;
    }

    static BlockWeights weights(Matrix w, int start, int count, Grid grid, int k, AffineRule rule, AffineQuantized q) {
        byte[] fields = fields(w, start, count, rule, q);
        float[] decoded = new float[count];
        IntegerKernels.BEST.decode(fields, 0, count, grid, k, count, decoded, 0);
        return new BlockWeights(
                start / w.cols(), start % w.cols(), Arrays.copyOfRange(w.values(), start, start + count), decoded);
    }
}
