package dev.nibble.explain;

import java.util.Arrays;
import java.util.List;

/**
 * A code book whose values, times one scale per block, weights may lie on.
 *
 * @param name as a sentence calls it
 * @param bits of a code
 * @param values ascending
 * @param powerOfTwo whether its scales are powers of two
 * @param scaleBits stored for the scale of a block
 */
record Book(String name, int bits, float[] values, boolean powerOfTwo, int scaleBits) {
    /** bitsandbytes' NF4 (Dettmers et al., QLoRA, 2023). */
    private static final float[] NF4 = {
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
        1.0f
    };

    /** bitsandbytes' FP4, in twelfths: not the FP4 of the OCP. */
    private static final float[] BNB_FP4 = mirrored(0, 0.0625f / 12, 2f / 12, 3f / 12, 4f / 12, 6f / 12, 8f / 12, 1);

    /** ggml's table of IQ4_NL and IQ4_XS. */
    private static final float[] IQ4 = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /** The books that are looked for, the fewest bits first. */
    static final List<Book> ALL = List.of(
            new Book("MXFP4 (E2M1, power-of-two scale)", 4, minifloat(2, 1, 1, 6), true, 8),
            new Book("FP4 E2M1", 4, minifloat(2, 1, 1, 6), false, 32),
            new Book("NF4", 4, NF4, false, 32),
            new Book("bitsandbytes FP4", 4, BNB_FP4, false, 32),
            new Book("IQ4_NL", 4, IQ4, false, 16),
            new Book("MXFP6 E2M3", 6, minifloat(2, 3, 1, 7.5), true, 8),
            new Book("MXFP6 E3M2", 6, minifloat(3, 2, 3, 28), true, 8),
            new Book("FP8 E4M3", 8, minifloat(4, 3, 7, 448), false, 32),
            new Book("FP8 E5M2", 8, minifloat(5, 2, 15, 57344), false, 32));

    private static float[] mirrored(float... positive) {
        float[] all = new float[2 * positive.length - 1];
        for (int i = 0; i < positive.length; i++) {
            all[positive.length - 1 + i] = positive[i];
            all[positive.length - 1 - i] = -positive[i] + 0f;
        }
        return all;
    }

    /** Every finite value of a minifloat up to {@code max}. */
    private static float[] minifloat(int exponentBits, int mantissaBits, int bias, double max) {
        int mantissas = 1 << mantissaBits;
        float[] positive = new float[mantissas << exponentBits];
        int n = 0;
        for (int code = 0; code < positive.length; code++) {
            int e = code / mantissas;
            int m = code % mantissas;
            double v = e == 0
                    ? Math.scalb((double) m / mantissas, 1 - bias)
                    : Math.scalb(1 + (double) m / mantissas, e - bias);
            if (v <= max) {
                positive[n++] = (float) v;
            }
        }
        return mirrored(Arrays.copyOf(positive, n));
    }

    /**
     * A scale under which every number of a block is one of the book's.
     *
     * @param scale the book's values times it
     * @param chance log10 of the chance that unrelated numbers would fit as well
     */
    record Fit(double scale, double chance) {}

    /** The first scale that fits, or null if there is none. The largest magnitude is tried as every large value. */
    Fit fit(Distinct d, Precision precision) {
        float absmax = d.absmax();
        float extreme = d.values()[0] == -absmax ? -absmax : absmax;
        // A block's scale is chosen so that its largest number is one of the largest values: the upper half of them.
        Fit best = null;
        for (int i = 0; i < values.length; i++) {
            float value = values[i];
            if (Math.abs(value) * 4 < values[values.length - 1]) {
                continue;
            }
            double scale = extreme / (double) value;
            if (powerOfTwo && (scale <= 0 || !isPowerOfTwo(scale))) {
                continue;
            }
            Fit fit = fit(d, scale, precision);
            if (fit != null && (best == null || Math.abs(value) > Math.abs(extreme / best.scale()))) {
                best = fit;
            }
        }
        return best;
    }

    private static boolean isPowerOfTwo(double scale) {
        return (Double.doubleToRawLongBits(scale) & 0xfffffffffffffL) == 0;
    }

    private Fit fit(Distinct d, double scale, Precision precision) {
        double chance = d.chanceOfRepeats(precision) + Math.log10(values.length);
        double slack = precision.halfUnit(d.absmax()) / d.absmax() + 0x1p-23; // of the scale, and of the product
        for (float v : d.values()) {
            double wanted = v / scale;
            int at = nearest(wanted);
            double tolerance = (Math.abs((double) values[at] * scale) * slack + precision.halfUnit(v));
            if (Math.abs(values[at] * scale - v) > tolerance) {
                return null;
            }
            if (Math.abs(v) < d.absmax()) {
                double gap = Math.abs(scale)
                        * (at + 1 < values.length ? values[at + 1] - values[at] : values[at] - values[at - 1]);
                chance += Math.log10(Math.min(1, 2 * tolerance / gap));
            }
        }
        return new Fit(scale, chance);
    }

    private int nearest(double wanted) {
        int above = Arrays.binarySearch(values, (float) wanted);
        if (above >= 0) {
            return above;
        }
        int right = Math.min(values.length - 1, -above - 1);
        int left = Math.max(0, right - 1);
        return wanted - values[left] <= values[right] - wanted ? left : right;
    }
}
