package dev.nibble.compute;

/** The specification of {@link RowKernels}. */
final class ScalarRows implements RowKernels {
    /** Lanes of a sum, at every width of the vector unit. */
    static final int LANES = 16;

    static final float LOG2_E = 0x1.715476p0f;
    /** ln 2 to 9 bits, so that its products with exponents are exact, and what is left of it. */
    static final float LN2_HIGH = 0x1.62p-1f;

    static final float LN2_LOW = 0x1.c85fdep-10f;
    /** 1.5 · 2^23: adding it leaves the nearest integer in the low bits. */
    static final float MAGIC = 0x1.8p23f;

    static final float LOWEST = -104;
    static final float HIGHEST = 89;
    /** 2 √(2/π), and that times 0.044715. */
    static final float GELU = 0x1.988454p0f;

    static final float GELU_CUBE = 0x1.2444f2p-4f;

    /**
     * e^x = 2^n e^r with |r| at most ln 2 / 2, where eight terms of the series are exact to 2^-27; 2^n in two factors, so
     * that it neither overflows nor underflows before the product does.
     */
    static float exp(float x) {
        if (x < LOWEST) {
            return 0;
        }
        if (x > HIGHEST) {
            return Float.POSITIVE_INFINITY;
        }
        float magic = Math.fma(x, LOG2_E, MAGIC);
        int n = Float.floatToRawIntBits(magic) - Float.floatToRawIntBits(MAGIC);
        float k = magic - MAGIC;
        float r = Math.fma(k, -LN2_LOW, Math.fma(k, -LN2_HIGH, x));
        float p = 1f / 5040;
        p = Math.fma(p, r, 1f / 720);
        p = Math.fma(p, r, 1f / 120);
        p = Math.fma(p, r, 1f / 24);
        p = Math.fma(p, r, 1f / 6);
        p = Math.fma(p, r, 0.5f);
        p = Math.fma(p, r, 1);
        p = Math.fma(p, r, 1);
        int half = n >> 1;
        return p * Float.intBitsToFloat((half + 127) << 23) * Float.intBitsToFloat((n - half + 127) << 23);
    }

    static float tree(float[] lanes) {
        for (int step = LANES / 2; step > 0; step /= 2) {
            for (int i = 0; i < step; i++) {
                lanes[i] += lanes[i + step];
            }
        }
        return lanes[0];
    }

    @Override
    public void exp(float[] x, int from, int n) {
        for (int i = from; i < from + n; i++) {
            x[i] = exp(x[i]);
        }
    }

    @Override
    public float sum(float[] x, int from, int n) {
        float[] lanes = new float[LANES];
        for (int i = 0; i < n; i++) {
            lanes[i % LANES] += x[from + i];
        }
        return tree(lanes);
    }

    @Override
    public float squares(float[] x, int from, int n, float center) {
        float[] lanes = new float[LANES];
        for (int i = 0; i < n; i++) {
            float d = x[from + i] - center;
            lanes[i % LANES] = Math.fma(d, d, lanes[i % LANES]);
        }
        return tree(lanes);
    }

    @Override
    public float max(float[] x, int from, int n) {
        int most = Integer.MIN_VALUE; // on the bits: 0 is above -0
        for (int i = from; i < from + n; i++) {
            if (Float.isNaN(x[i])) {
                return Float.NaN;
            }
            most = Math.max(most, ScalarReductions.ordered(x[i]));
        }
        return n == 0 ? Float.NEGATIVE_INFINITY : ScalarReductions.value(most);
    }

    @Override
    public void normalize(
            float[] x, int from, int n, float center, float factor, float[] weight, float[] bias, float[] y, int to) {
        for (int i = 0; i < n; i++) {
            float v = (x[from + i] - center) * factor * weight[i];
            y[to + i] = bias == null ? v : v + bias[i];
        }
    }

    @Override
    public float expSum(float[] x, int from, int n, float max) {
        float[] lanes = new float[LANES];
        for (int i = 0; i < n; i++) {
            float e = exp(x[from + i] - max);
            x[from + i] = e;
            lanes[i % LANES] += e;
        }
        return tree(lanes);
    }

    @Override
    public void scale(float[] x, int from, int n, float factor) {
        for (int i = from; i < from + n; i++) {
            x[i] *= factor;
        }
    }

    @Override
    public void add(float[] x, int from, int n, float[] y, int to) {
        for (int i = 0; i < n; i++) {
            y[to + i] += x[from + i];
        }
    }

    @Override
    public void siluTimes(float[] x, int from, int n, float[] y, int to) {
        for (int i = 0; i < n; i++) {
            float v = x[from + i];
            x[from + i] = v / (1 + exp(-v)) * y[to + i];
        }
    }

    @Override
    public void geluTanh(float[] x, int from, int n) {
        for (int i = from; i < from + n; i++) {
            float v = x[i];
            float u = v * (GELU + GELU_CUBE * (v * v));
            x[i] = v / (1 + exp(-u));
        }
    }
}
