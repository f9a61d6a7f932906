package dev.nibble;

import dev.nibble.tensor.Generators;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Sizes and numbers that break kernels, for every format and every provider. */
public final class Awkward {
    private Awkward() {}

    /** Every size up to 70, and around the widths of vectors, blocks and buffers up to 4098. */
    public static IntStream sizes() {
        return IntStream.concat(
                IntStream.rangeClosed(1, 70),
                IntStream.of(95, 96, 97, 127, 128, 129, 255, 256, 257, 511, 513, 1000, 1023, 1025, 4095, 4096, 4098));
    }

    /**
     * Arrays of one size: normal, tiny, huge, ties, zeros, one loud value.
     *
     * @param odd whether not-a-numbers and infinities are among them
     */
    public static List<float[]> arrays(int size, boolean odd) {
        List<float[]> arrays = new ArrayList<>();
        float[] normal = Generators.gaussian(1, size, size).values();
        arrays.add(normal);
        arrays.add(new float[size]);
        arrays.add(scaled(normal, 1e-3f));
        arrays.add(scaled(normal, 0x1p-140f)); // subnormal
        arrays.add(scaled(normal, 0x1p-22f)); // their scales are subnormal in float16
        arrays.add(scaled(normal, 0x1p13f));
        float[] ties = new float[size];
        for (int i = 0; i < size; i++) {
            ties[i] = (i % 31 - 15) / 2f; // -7.5 .. 7.5 in halves
        }
        arrays.add(ties);
        float[] loud = scaled(normal, 1e-4f);
        loud[size / 2] = 100;
        arrays.add(loud);
        float[] negativeZeros = new float[size];
        Arrays.fill(negativeZeros, -0f);
        arrays.add(negativeZeros);
        float[] positive = normal.clone();
        for (int i = 0; i < size; i++) {
            positive[i] = Math.abs(positive[i]) + 3;
        }
        arrays.add(positive);
        if (odd) {
            for (float value : new float[] {
                Float.NaN,
                Float.intBitsToFloat(0xffc00001),
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                Float.MAX_VALUE,
                -Float.MAX_VALUE,
                Float.MIN_VALUE
            }) {
                float[] x = normal.clone();
                x[size - 1] = value;
                arrays.add(x);
            }
        }
        return arrays;
    }

    /** Largest magnitude of finite numbers. */
    public static float absmax(float[] x) {
        float max = 0;
        for (float v : x) {
            max = Math.max(max, Math.abs(v));
        }
        return max;
    }

    private static float[] scaled(float[] x, float factor) {
        float[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] *= factor;
        }
        return y;
    }
}
