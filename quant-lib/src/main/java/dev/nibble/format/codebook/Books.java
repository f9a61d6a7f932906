package dev.nibble.format.codebook;

import java.util.Arrays;

/** The tables of bitsandbytes: values, boundaries and the order of codes. */
final class Books {
    /** The sixteen values of NF4, as bitsandbytes publishes them; midpoints between, as its CPU backend decides. */
    static final Codebook NF4 = Codebook.of(
            -1.0f,
            -0.6961928f,
            -0.52507305f,
            -0.3949175f,
            -0.28444138f,
            -0.18477343f,
            -0.091050036f,
            0.0f,
            0.0795803f,
            0.1609302f,
            0.2461123f,
            0.33791524f,
            0.44070983f,
            0.562617f,
            0.72295684f,
            1.0f);

    /** NF4 with the thresholds written into the CUDA kernels, which differ from the midpoints in the last bits. */
    static final Codebook NF4_CUDA = Codebook.of(
            NF4.byRank(),
            new float[] {
                -0.8480964f,
                -0.6106329f,
                -0.45999527f,
                -0.33967942f,
                -0.2346074f,
                -0.13791174f,
                -0.045525018f,
                0.03979015f,
                0.12025525f,
                0.20352125f,
                0.29201376f,
                0.38931254f,
                0.50166345f,
                0.6427869f,
                0.8614784f
            },
            null);

    /** bitsandbytes' FP4 by code, in twelfths: one sign bit, and magnitudes in the order of its bits. */
    private static final float[] FP4_TWELFTHS = {0, 0.0625f, 8, 12, 4, 6, 2, 3};

    /** Codes of FP4 from the lowest value to the highest; both zeros stand in the middle, 0 below 8. */
    private static final byte[] FP4_CODES = {11, 10, 13, 12, 15, 14, 9, 0, 8, 1, 6, 7, 4, 5, 2, 3};

    /** bitsandbytes' FP4 as its CPU backend decides: midpoints; what lies between 0 and the next value is code 8, +0. */
    static final Codebook FP4 = fp4();

    /** FP4 as the CUDA kernel decides: thresholds on the magnitude, the sign apart; -0 and what is nearly so is code 8. */
    static final Codebook FP4_CUDA = fp4Cuda();

    private Books() {}

    private static float[] fp4Values() {
        float[] byRank = new float[16];
        for (int r = 0; r < 16; r++) {
            float magnitude = FP4_TWELFTHS[FP4_CODES[r] & 7] / 12;
            // Both zeros decode to +0: the table is made from the integer literal -0.
            byRank[r] = magnitude == 0 ? 0 : FP4_CODES[r] >= 8 ? -magnitude : magnitude;
        }
        return byRank;
    }

    private static Codebook fp4() {
        float[] byRank = fp4Values();
        return Codebook.of(byRank, Codebook.midpoints(byRank), FP4_CODES);
    }

    private static Codebook fp4Cuda() {
        float[] above = {0.00260417f, 0.0859375f, 0.20833333f, 0.29166666f, 0.4166667f, 0.583333f, 0.8333333f};
        float[] between = new float[15];
        between[7] = -Float.MIN_VALUE; // x < 0 sets the sign bit
        for (int i = 0; i < 7; i++) {
            between[8 + i] = above[i]; // magnitude > t takes the larger
            between[6 - i] = Math.nextDown(-above[i]); // and so a negative number on -t stays above
        }
        byte[] codes = FP4_CODES.clone();
        codes[7] = 8;
        codes[8] = 0;
        return Codebook.of(fp4Values(), between, codes);
    }

    /**
     * The 8-bit dynamic map: seven decades, in each decade i the midpoints of 2^i (signed) or 2^(i+1) (unsigned) equal
     * steps from 0.1 to 1 times 10^(i-6), with both signs or one; and 0 and 1. So -1 is absent from the signed map.
     * Source: Dettmers, "8-Bit Approximations for Parallelism in Deep Learning", 2015; float32 operations as in
     * bitsandbytes' create_dynamic_map.
     */
    static float[] dynamicMap(boolean signed) {
        float[] map = new float[256];
        int n = 0;
        for (int decade = 0; decade < 7; decade++) {
            int steps = 1 << (signed ? decade : decade + 1);
            float[] edges = linspace(0.1f, 1, steps + 1);
            float power = (float) Math.pow(10, decade - 6);
            for (int i = 0; i < steps; i++) {
                float value = (edges[i] + edges[i + 1]) / 2 * power;
                map[n++] = value;
                if (signed) {
                    map[n++] = -value;
                }
            }
        }
        map[n++] = 0;
        map[n++] = 1;
        Arrays.sort(map, 0, n);
        return map;
    }

    /** Evenly spaced numbers as torch makes them on x86: from both ends towards the middle, in fused float32 operations. */
    static float[] linspace(float start, float end, int count) {
        float[] x = new float[count];
        float step = (end - start) / (count - 1);
        for (int i = 0; i < count; i++) {
            x[i] = i < count / 2 ? Math.fma(step, i, start) : Math.fma(-step, count - 1 - i, end);
        }
        return x;
    }

    /** The nearest of the dynamic map, on equal distance the lower: bitsandbytes in torch operations. */
    static Codebook dynamic(boolean signed) {
        return Codebook.of(dynamicMap(signed));
    }

    /**
     * The dynamic map as bitsandbytes' compiled CPU library decides from 0.50 on: a number v picks from a table of 65,536
     * codes at trunc((v + 1) / 2 · 65535 + 0.5), and entry i of it is the nearest code to -1 + 2i / 65535. So values
     * nearer to each other than 3e-5, those around 0, are chosen coarsely: not the nearest.
     */
    static Codebook dynamicByTable(boolean signed) {
        float[] map = dynamicMap(signed);
        float[] midpoints = Codebook.midpoints(map);
        float[] between = new float[255];
        int next = 0;
        for (int i = 0; i < TABLE; i++) {
            float entry = -1 + 2f * i / (TABLE - 1);
            while (next < 255 && midpoints[next] < entry) {
                between[next++] = lastBefore(i);
            }
        }
        Arrays.fill(between, next, 255, Float.POSITIVE_INFINITY);
        return Codebook.of(map, between, null);
    }

    private static final int TABLE = 1 << 16;

    /** The largest float32 that picks an entry before {@code index}: found by halving, because the place never falls. */
    private static float lastBefore(int index) {
        if (index == 0) {
            return Float.NEGATIVE_INFINITY;
        }
        int low = ordered(-1);
        int high = ordered(1);
        while (high - low > 1) {
            int middle = low + (high - low) / 2;
            if (place(value(middle)) < index) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return value(low);
    }

    private static int place(float v) {
        return (int) ((v + 1) * 0.5f * (TABLE - 1) + 0.5f);
    }

    /** Float bits as integers in the order of the numbers, and back. */
    private static int ordered(float v) {
        int bits = Float.floatToIntBits(v);
        return bits < 0 ? Integer.MIN_VALUE - bits : bits;
    }

    private static float value(int ordered) {
        return Float.intBitsToFloat(ordered < 0 ? Integer.MIN_VALUE - ordered : ordered);
    }
}
