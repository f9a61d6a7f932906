package dev.nibble.compute;

/** The specification of {@link Reductions}. */
public final class ScalarReductions implements Reductions {
    static final int MAGNITUDE = 0x7fffffff;

    @Override
    public void absmax(float[] x, int from, int to, int block, float[] out, int at) {
        for (int i = from, k = at, n; i < to; i += n, k++) {
            n = Math.min(block, to - i);
            out[k] = absmax(x, i, i + n);
        }
    }

    @Override
    public void extremes(float[] x, int from, int to, int block, float[] low, float[] high, int at) {
        for (int i = from, k = at, n; i < to; i += n, k++) {
            n = Math.min(block, to - i);
            low[k] = min(x, i, i + n);
            high[k] = max(x, i, i + n);
        }
    }

    private static float absmax(float[] x, int from, int to) {
        int max = 0;
        for (int i = from; i < to; i++) {
            max = Math.max(max, Float.floatToRawIntBits(x[i]) & MAGNITUDE);
        }
        return Float.intBitsToFloat(max);
    }

    private static float min(float[] x, int from, int to) {
        int min = Integer.MAX_VALUE;
        for (int i = from; i < to; i++) {
            min = Math.min(min, ordered(x[i]));
        }
        return value(min);
    }

    private static float max(float[] x, int from, int to) {
        int max = Integer.MIN_VALUE;
        for (int i = from; i < to; i++) {
            max = Math.max(max, ordered(x[i]));
        }
        return value(max);
    }

    /** An int that orders like the float: the magnitude bits of negative numbers are flipped. */
    static int ordered(float f) {
        int bits = Float.floatToRawIntBits(f);
        return bits ^ ((bits >> 31) & MAGNITUDE);
    }

    static float value(int ordered) {
        return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & MAGNITUDE));
    }
}
