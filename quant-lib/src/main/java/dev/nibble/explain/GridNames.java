package dev.nibble.explain;

import dev.nibble.explain.Identify.Guess;
import java.util.Locale;

/** Gives the grids of all blocks a name: whose convention they follow, as far as the numbers tell. */
final class GridNames {
    /** Super-blocks of K-quants. */
    private static final int SUPER = 256;

    private static final double NEARLY_ALL = 0.98;

    private GridNames() {}

    static Guess name(GridEvidence e, Partition partition, int cols) {
        Guess known = ggml(e, partition, cols);
        if (known != null) {
            return known;
        }
        double scaleBits = e.scaleIsFloat16() || e.scaleIsBfloat16() ? 16 : 32;
        String scale = e.scaleIsFloat16() ? "float16" : e.scaleIsBfloat16() ? "bfloat16" : "float32";
        String text;
        double codeBits;
        if (!e.zeroIsOnTheGrid()) {
            codeBits = bits(e.mostSteps());
            text = codeBits == 1
                    ? "binary: two values"
                    : integers(codeBits) + " with a real minimum or zero point, " + scale + " scale";
            scaleBits *= 2;
        } else {
            int furthest = Math.max(-e.lowestPlace(), e.highestPlace());
            if (furthest == 1) {
                codeBits = 2;
                text = "ternary: -s, 0, s, " + scale + " scale";
            } else if (symmetricBits(furthest) <= bits(e.mostSteps())) {
                codeBits = symmetricBits(furthest);
                text = integers(codeBits) + ", symmetric: " + rule(e, (int) codeBits) + ", " + scale + " scale";
            } else {
                codeBits = bits(e.mostSteps());
                text = integers(codeBits) + ", asymmetric with an integer zero point, " + scale + " scale";
                scaleBits += codeBits;
            }
        }
        return guess(text, partition, codeBits + scaleBits / partition.size(), e);
    }

    private static Guess guess(String text, Partition partition, double bitsPerWeight, GridEvidence e) {
        return new Guess(text, partition, bitsPerWeight, e.fits(), e.tested());
    }

    private static String integers(double bits) {
        return String.format(Locale.ROOT, "%.0f-bit integers", bits);
    }

    /** Bits of a code that counts so many steps. */
    private static int bits(int steps) {
        return Math.max(1, 32 - Integer.numberOfLeadingZeros(steps));
    }

    /** Bits of a two's complement code that reaches so many steps to one side. */
    private static int symmetricBits(int furthest) {
        return Math.max(2, 33 - Integer.numberOfLeadingZeros(furthest - 1));
    }

    /** Which scale rule the largest numbers of the blocks betray. */
    private static String rule(GridEvidence e, int bits) {
        int half = 1 << (bits - 1);
        double full = (double) e.withExtreme(half) / e.fits();
        double top = (double) e.withExtreme(half - 1) / e.fits();
        if (top >= NEARLY_ALL && full == 0) {
            return "absmax / " + (half - 1);
        }
        if (full >= NEARLY_ALL) {
            return e.highestPlace() == half
                    ? "signed extreme / -" + half + ", as Q4_0 and auto-round do"
                    : "every block reaches -" + half;
        }
        if (full + top >= NEARLY_ALL && full > 0.2 && e.highestPlace() < half) {
            return String.format(
                    Locale.ROOT, "absmax / %.1f, as GPTQ, compressed-tensors and torchao do", (2 * half - 1) / 2.0);
        }
        return "codes " + e.lowestPlace() + " to " + e.highestPlace();
    }

    /** The block types of GGUF. */
    private static Guess ggml(GridEvidence e, Partition partition, int cols) {
        if (partition.kind() != Partition.Kind.IN_ROW || cols % partition.size() != 0) {
            return null;
        }
        if (partition.size() == 32 && e.scaleIsFloat16() && e.zeroIsOnTheGrid()) {
            int furthest = Math.max(-e.lowestPlace(), e.highestPlace());
            boolean reached = furthest < Grid.MOST_STEPS && e.withExtreme(furthest) >= NEARLY_ALL * e.fits();
            String name = !reached ? null : furthest == 8 ? "Q4_0" : furthest == 16 ? "Q5_0" : null;
            name = reached && furthest == 127 ? "Q8_0" : name;
            if (name != null) {
                return guess(name, partition, furthest == 8 ? 4.5 : furthest == 16 ? 5.5 : 8.5, e);
            }
        }
        if (partition.size() == 32 && e.scaleAndMinimumAreFloat16() && !e.zeroIsOnTheGrid()) {
            int steps = e.mostSteps();
            if (steps == 15 || steps == 31) {
                return guess(steps == 15 ? "Q4_1" : "Q5_1", partition, steps == 15 ? 5 : 6, e);
            }
        }
        return cols % SUPER == 0 ? superBlocks(e, partition) : null;
    }

    /** K-quants: the scales of the sub-blocks of each super-block are small multiples of one number. */
    private static Guess superBlocks(GridEvidence e, Partition partition) {
        int inSuper = SUPER / partition.size();
        boolean minimum = !e.zeroIsOnTheGrid();
        int bits = minimum ? bits(e.mostSteps()) : symmetricBits(Math.max(-e.lowestPlace(), e.highestPlace()));
        KQuant type = KQuant.of(partition.size(), minimum, bits);
        if (type == null || multiples(e.steps(), inSuper, type.mostMultiples) < NEARLY_ALL) {
            return null;
        }
        return new Guess(type + " (super-blocks of 256)", partition, type.bitsPerWeight, e.fits(), e.tested());
    }

    /** K-quants by what can be seen of them. */
    private enum KQuant {
        Q2_K(16, true, 2, 15, 2.625),
        Q3_K(16, false, 3, 32, 3.4375),
        Q4_K(32, true, 4, 63, 4.5),
        Q5_K(32, true, 5, 63, 5.5),
        Q6_K(16, false, 6, 128, 6.5625);

        private final int subBlock;
        private final boolean minimum;
        private final int bits;
        private final int mostMultiples;
        private final double bitsPerWeight;

        KQuant(int subBlock, boolean minimum, int bits, int mostMultiples, double bitsPerWeight) {
            this.subBlock = subBlock;
            this.minimum = minimum;
            this.bits = bits;
            this.mostMultiples = mostMultiples;
            this.bitsPerWeight = bitsPerWeight;
        }

        static KQuant of(int subBlock, boolean minimum, int bits) {
            for (KQuant type : values()) {
                if (type.subBlock == subBlock && type.minimum == minimum && type.bits == bits) {
                    return type;
                }
            }
            return null;
        }
    }

    /**
     * Share of the super-blocks whose steps are whole multiples, at most {@code most}, of one number, among those
     * where that says something.
     */
    private static double multiples(double[] steps, int inSuper, int most) {
        long fits = 0;
        long tested = 0;
        for (int first = 0; first + inSuper <= steps.length; first += inSuper) {
            Boolean fit = multiples(steps, first, inSuper, most);
            tested += fit == null ? 0 : 1;
            fits += fit != null && fit ? 1 : 0;
        }
        return tested == 0 ? 0 : (double) fits / tested;
    }

    /** Null where it says nothing. */
    private static Boolean multiples(double[] steps, int first, int count, int most) {
        double largest = 0;
        int seen = 0;
        for (int i = first; i < first + count; i++) {
            if (!Double.isNaN(steps[i])) {
                largest = Math.max(largest, steps[i]);
                seen++;
            }
        }
        if (seen < 4) {
            return null;
        }
        for (int multiple = 1; multiple <= most; multiple++) {
            if (areMultiples(steps, first, count, largest / multiple)) {
                return true;
            }
        }
        return false;
    }

    private static boolean areMultiples(double[] steps, int first, int count, double unit) {
        for (int i = first; i < first + count; i++) {
            double multiple = steps[i] / unit;
            // steps are known to about 2^-20 of themselves; a multiple of at most 128 then to 2^-13
            if (Math.abs(multiple - Math.rint(multiple)) > 0x1p-12) {
                return false; // NaN, a block that says nothing, compares false and passes
            }
        }
        return true;
    }
}
