package dev.nibble.format.integer;

import dev.nibble.tensor.Matrix;

/**
 * What torchao does to weights whose activations will be FP8, before they become integers: each row is divided by its
 * scale, largest magnitude / 448, rounded to FP8 E4M3 and multiplied back. Source: torchao 0.18,
 * Int4WeightFakeQuantizer, which follows MSLK's quantize_fp8_row.
 */
final class Fp8Rows {
    private static final float LARGEST = 448;

    private Fp8Rows() {}

    /** Rows {@code from .. to} of a matrix, gone through FP8, in {@code room} if that is large enough. */
    static float[] through(Matrix w, int from, int to, float[] room) {
        int cols = w.cols();
        int n = (to - from) * cols;
        float[] y = room != null && room.length == n ? room : new float[n];
        for (int row = from; row < to; row++) {
            int start = row * cols;
            int absmax = 0;
            for (int i = start; i < start + cols; i++) {
                absmax = Math.max(absmax, Float.floatToRawIntBits(w.values()[i]) & 0x7fffffff);
            }
            float high = Float.intBitsToFloat(absmax);
            if (!Float.isFinite(high)) {
                throw dev.nibble.format.Blocks.notFinite(w, start, start + cols);
            }
            float scale = Math.max(high, 1e-12f) / LARGEST;
            for (int i = 0; i < cols; i++) {
                y[start - from * cols + i] = rounded(w.values()[start + i] / scale) * scale;
            }
        }
        return y;
    }

    /** The nearest E4M3 number, ties to even, of magnitude at most 448. */
    static float rounded(float v) {
        float x = Math.clamp(v, -LARGEST, LARGEST);
        // Adding and taking away c leaves the multiple of c · 2^-23 next to x: of 2^-9 below 2^-6, else 3 bits below
        // x's.
        int exponent = Math.max(Math.getExponent(x), -6);
        float c = Math.scalb(1.5f, exponent + 20);
        float magnitude = Math.abs(x);
        return Math.copySign((magnitude + c) - c, x);
    }
}
