package dev.nibble.explain;

import dev.nibble.format.codebook.BnbFp4;
import dev.nibble.format.codebook.Dynamic8;
import dev.nibble.format.codebook.Nf4;
import dev.nibble.format.gguf.GgufFormat;
import dev.nibble.format.minifloat.Minifloat;
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
    /** The books that are looked for, the fewest bits first; of equal bits the shortest significand. */
    static final List<Book> ALL = List.of(
            new Book("MXFP4 (E2M1, power-of-two scale)", 4, finite(Minifloat.E2M1.values()), true, 8),
            new Book("FP4 E2M1", 4, finite(Minifloat.E2M1.values()), false, 32),
            new Book("NF4", 4, finite(Nf4.values()), false, 32),
            new Book("bitsandbytes FP4", 4, finite(BnbFp4.values()), false, 32),
            new Book("IQ4_NL", 4, finite(GgufFormat.iq4Values()), false, 16),
            new Book("MXFP6 E2M3", 6, finite(Minifloat.E2M3.values()), true, 8),
            new Book("MXFP6 E3M2", 6, finite(Minifloat.E3M2.values()), true, 8),
            new Book("FP6 E3M2", 6, finite(Minifloat.E3M2.values()), false, 32),
            new Book("FP6 E2M3", 6, finite(Minifloat.E2M3.values()), false, 32),
            new Book("FP8 E5M2", 8, finite(Minifloat.E5M2.values()), false, 32),
            new Book("FP8 E4M3", 8, finite(Minifloat.E4M3FN.values()), false, 32),
            new Book("FP8 E3M4", 8, finite(Minifloat.E3M4.values()), false, 32),
            new Book("8-bit dynamic map of bitsandbytes", 8, finite(Dynamic8.values(true)), false, 32),
            new Book("unsigned 8-bit dynamic map of bitsandbytes", 8, finite(Dynamic8.values(false)), false, 32));

    /** The finite values, ascending, each once: both zeros are +0. */
    private static float[] finite(float[] values) {
        float[] sorted = new float[values.length];
        int n = 0;
        for (float value : values) {
            if (Float.isFinite(value)) {
                sorted[n++] = value + 0f;
            }
        }
        Arrays.sort(sorted, 0, n);
        int kept = 0;
        for (int i = 0; i < n; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                sorted[kept++] = sorted[i];
            }
        }
        return Arrays.copyOf(sorted, kept);
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
