package dev.nibble.format.gguf;

/** The definition of {@link Iq4Kernels}. */
final class Iq4Scalar implements Iq4Kernels {
    /** The sixteen values. Source: ggml (MIT License), kvalues_iq4nl. */
    static final byte[] VALUES = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /** Half-way between neighbouring values; exact, and so is every comparison with them that decides a code. */
    private static final float[] MIDPOINTS = new float[15];

    static {
        for (int i = 0; i < 15; i++) {
            MIDPOINTS[i] = (VALUES[i] + VALUES[i + 1]) / 2f;
        }
    }

    @Override
    public void search(float[] x, int from, int blocks, float[] weights, float[] scales) {
        for (int b = 0; b < blocks; b++) {
            scales[b] = search(x, from + b * BLOCK, weights, b * BLOCK, null);
        }
    }

    @Override
    public void codes(float[] x, int from, int blocks, float[] inverse, byte[] codes) {
        for (int b = 0; b < blocks; b++) {
            for (int j = b * BLOCK; j < (b + 1) * BLOCK; j++) {
                codes[j] = (byte) nearest(inverse[b] * x[from + j]);
            }
        }
    }

    /** The scale of one block. */
    static float search(float[] x, int from, float[] weights, int at, SearchLog log) {
        float max = ScaleSearch.firstLargest(x, from, BLOCK);
        if (Math.abs(max) < EPSILON) {
            return 0;
        }
        float scale = 0;
        float best = 0;
        for (int c = -1; c <= 2 * TRIES; c++) {
            // First the value itself on +127 (beyond the last value, 113), then around -127.
            float inverse = c < 0 ? 1 / (-max / VALUES[0]) : (c - TRIES + VALUES[0]) / max;
            float sumqx = 0;
            float sumq2 = 0;
            for (int j = 0; j < BLOCK; j++) {
                float q = VALUES[nearest(inverse * x[from + j])];
                float w = weights[at + j];
                sumqx += w * q * x[from + j];
                sumq2 += w * q * q;
            }
            boolean better = sumq2 > 0 && (c < 0 || sumqx * sumqx > best * sumq2);
            if (better) {
                scale = sumqx / sumq2;
                best = scale * sumqx;
            }
            if (log != null) {
                log.tried(
                        c,
                        sumq2 > 0 ? sumqx / sumq2 : 0,
                        0,
                        Importances.error(x, from, weights, at, BLOCK, sumqx, sumq2),
                        better);
            }
        }
        return scale;
    }

    /** Code of the nearest value; of two as near the upper one. What is not a number gets the last. */
    static int nearest(float v) {
        int low = 0;
        int high = 15;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (v < MIDPOINTS[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
