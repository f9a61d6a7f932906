package dev.nibble.compute;

/** The specification of {@link Reductions}. */
public final class ScalarReductions implements Reductions {
    static final int MAGNITUDE = 0x7fffffff;

    @Override
    public void absmax(float[] x, int from, int to, int block, float[] out, int at) {
        for (int i = from, k = at; i < to; k++) {
            int end = i + Math.min(block, to - i);
            int max = 0;
            for (; i < end; i++) {
                max = Math.max(max, Float.floatToRawIntBits(x[i]) & MAGNITUDE);
            }
            out[k] = Float.intBitsToFloat(max);
        }
    }

    @Override
    public void extremes(float[] x, int from, int to, int block, float[] low, float[] high, int at) {
        for (int i = from, k = at; i < to; k++) {
            int end = i + Math.min(block, to - i);
            int min = Integer.MAX_VALUE;
            int max = Integer.MIN_VALUE;
            for (; i < end; i++) {
                min = Math.min(min, ordered(x[i]));
                max = Math.max(max, ordered(x[i]));
            }
            low[k] = value(min);
            high[k] = value(max);
        }
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
