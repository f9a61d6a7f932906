package dev.nibble.format.integer;

/** The specification of {@link IntegerKernels}. */
final class IntegerScalar implements IntegerKernels {
    @Override
    public void encode(float[] x, int from, int count, Grid grid, int group, int left, byte[] q, int at) {
        int i = 0;
        int end = Math.min(count, left);
        for (int g = group; i < count; g++, i = end, end += Math.min(grid.size, count - end)) {
            encode(x, from + i, end - i, grid, g, q, at + i);
        }
    }

    /** Fields of weights of one group. */
    static void encode(float[] x, int from, int count, Grid grid, int g, byte[] q, int at) {
        float by = grid.by[g];
        float sub = grid.sub[g];
        float add = grid.add[g];
        int outside = grid.outside[g];
        // before the zero is added, so that no sum overflows
        int min = grid.fieldMin - outside;
        int max = grid.fieldMax - outside;
        if (!usable(by)) {
            byte field = (byte) (Math.clamp((int) Math.rint(add), min, max) + outside);
            for (int i = 0; i < count; i++) {
                q[at + i] = field;
            }
        } else if (grid.multiply) {
            for (int i = 0; i < count; i++) {
                float t = (x[from + i] - sub) * by + add;
                q[at + i] = (byte) (Math.clamp((int) Math.rint(t), min, max) + outside);
            }
        } else {
            for (int i = 0; i < count; i++) {
                float t = (x[from + i] - sub) / by + add;
                q[at + i] = (byte) (Math.clamp((int) Math.rint(t), min, max) + outside);
            }
        }
    }

    static boolean usable(float by) {
        return by != 0 && Math.abs(by) <= Float.MAX_VALUE;
    }

    @Override
    public void decode(byte[] q, int from, int count, Grid grid, int group, int left, float[] y, int at) {
        int i = 0;
        int end = Math.min(count, left);
        for (int g = group; i < count; g++, i = end, end += Math.min(grid.size, count - end)) {
            decode(q, from + i, end - i, grid, g, y, at + i);
        }
    }

    /** Values of fields of one group. */
    static void decode(byte[] q, int from, int count, Grid grid, int g, float[] y, int at) {
        float a = grid.a[g];
        float s = grid.s[g];
        float b = grid.b[g];
        float factor = grid.fieldFactor;
        for (int i = 0; i < count; i++) {
            y[at + i] = ((q[from + i] & grid.mask) - a) * s * factor + b;
        }
    }

    @Override
    public float error(float[] x, int from, int count, Grid grid, int g) {
        float[] lanes = new float[16];
        for (int i = 0; i < count; i++) {
            lanes[i % 16] += error(x[from + i], grid, g);
        }
        return tree(lanes);
    }

    /** Sum of sixteen lanes, neighbours of distance 8, 4, 2, 1. */
    static float tree(float[] lanes) {
        for (int width = 8; width > 0; width /= 2) {
            for (int i = 0; i < width; i++) {
                lanes[i] += lanes[i + width];
            }
        }
        return lanes[0];
    }

    static float error(float x, Grid grid, int g) {
        float by = grid.by[g];
        float t = usable(by)
                ? (grid.multiply ? (x - grid.sub[g]) * by : (x - grid.sub[g]) / by) + grid.add[g]
                : grid.add[g];
        int outside = grid.outside[g];
        int field = Math.clamp((int) Math.rint(t), grid.fieldMin - outside, grid.fieldMax - outside) + outside;
        float e = (field - grid.a[g]) * grid.s[g] * grid.fieldFactor + grid.b[g] - x;
        return power24(Math.abs(e));
    }

    /** x^2.4 of a number that is not negative, to about 1e-6 of it: x² · 2^(0.4 · log2 x). */
    static float power24(float x) {
        int bits = Float.floatToRawIntBits(x);
        int exponent = (bits - Power.SQRT_HALF) >> 23;
        float m = Float.intBitsToFloat(bits - (exponent << 23)) - 1;
        float log = Power.L0;
        log = log * m + Power.L1;
        log = log * m + Power.L2;
        log = log * m + Power.L3;
        log = log * m + Power.L4;
        log = log * m + Power.L5;
        log = log * m + Power.L6;
        log = log * m + Power.L7;
        log = log * m + exponent;
        float t = 0.4f * log;
        float n = (t + Power.MAGIC) - Power.MAGIC;
        float r = t - n;
        float p = Power.E0;
        p = p * r + Power.E1;
        p = p * r + Power.E2;
        p = p * r + Power.E3;
        p = p * r + Power.E4;
        p = p * r + Power.E5;
        p = p * r + 1;
        float power = Float.intBitsToFloat(Float.floatToRawIntBits(p) + ((int) n << 23));
        return x * x * power;
    }
}
