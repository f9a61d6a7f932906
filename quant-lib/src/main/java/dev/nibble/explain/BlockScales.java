package dev.nibble.explain;

import dev.nibble.format.codebook.Dynamic8;
import java.util.Arrays;

/** What the scales of the blocks of a tensor lie on themselves. Scales are positive; NaN where they are not known. */
final class BlockScales {
    /** Scales that share one of theirs under the double quantization of bitsandbytes. */
    static final int NESTED = 256;

    /** Different significands of E4M3, subnormals included: 8/8 to 15/8. */
    private static final int SIGNIFICANDS = 8;

    /** Fewer different scales than this lie on any map. */
    private static final int FEWEST = 8;

    private static final double NEARLY_ALL = 0.98;

    private BlockScales() {}

    /** Whether scales are numbers of E4M3. */
    enum E4M3 {
        NONE,
        /** As they are, or times a power of two. */
        PLAIN,
        /** Times one number for the whole tensor. */
        TIMES_ONE_NUMBER
    }

    /**
     * Whether the scales are E4M3 numbers times one number: that number is tried as every quotient of a scale and a
     * significand, and all others have to agree by more than chance.
     */
    static E4M3 e4m3(double[] scales, Precision precision) {
        double[] known = Arrays.stream(scales).filter(s -> s > 0).sorted().toArray();
        // a scale is seen in a product that was rounded up to three times, and so is the one that it is held against
        double tolerance = 2 * Math.scalb(1.0, -precision.bits()) + 0x1p-21;
        double byChance = Math.min(1, 2 * tolerance * SIGNIFICANDS / Math.log(2));
        if (known.length == 0 || Math.log10(SIGNIFICANDS) + known.length * NEARLY_ALL * Math.log10(byChance) > -6) {
            return E4M3.NONE;
        }
        E4M3 best = E4M3.NONE;
        for (double reference : new double[] {known[known.length / 2], known[known.length / 3]}) {
            for (int m = SIGNIFICANDS; m < 2 * SIGNIFICANDS; m++) {
                double unit = reference / m;
                if (multiples(known, unit, tolerance)) {
                    boolean plain = Math.abs(significand(unit) - Math.rint(significand(unit))) <= tolerance;
                    best = plain ? E4M3.PLAIN : best == E4M3.PLAIN ? best : E4M3.TIMES_ONE_NUMBER;
                }
            }
        }
        return best;
    }

    /** Whether nearly all scales are 8 to 15 times a unit, but for a power of two. */
    private static boolean multiples(double[] scales, double unit, double tolerance) {
        int fits = 0;
        for (double scale : scales) {
            double eighths = significand(scale / unit) * SIGNIFICANDS;
            fits += Math.abs(eighths - Math.rint(eighths)) <= tolerance * eighths ? 1 : 0;
        }
        return fits >= NEARLY_ALL * scales.length;
    }

    /** 1 to 2. */
    private static double significand(double x) {
        return x / Math.scalb(1.0, Math.getExponent(x));
    }

    /**
     * Whether the scales of every {@link #NESTED} neighbouring blocks are the values of bitsandbytes' signed dynamic map
     * times one number, plus another. The largest distance from that offset gets the code of one end of the map, so with
     * the code of the scale at the other end both numbers are known; every code is tried.
     */
    static boolean quantizedTwice(double[] scales, Precision precision) {
        float[] map = Dynamic8.values(true);
        int fits = 0;
        int tested = 0;
        for (int from = 0; from < scales.length; from += NESTED) {
            double[] some = Arrays.stream(scales, from, Math.min(scales.length, from + NESTED))
                    .filter(s -> s > 0)
                    .sorted()
                    .distinct()
                    .toArray();
            if (some.length >= FEWEST) {
                tested++;
                fits += isMapped(some, map, precision) ? 1 : 0;
            }
        }
        return tested > 0 && fits >= NEARLY_ALL * tested;
    }

    private static boolean isMapped(double[] scales, float[] map, Precision precision) {
        double low = scales[0];
        double high = scales[scales.length - 1];
        double rounding = 4 * Math.scalb(high, -precision.bits() - 1);
        for (int other = 0; other < map.length; other++) {
            for (boolean top : new boolean[] {true, false}) {
                double span = top ? map[map.length - 1] - map[other] : map[other] - map[0];
                double times = (high - low) / span;
                double offset = top ? high - times * map[map.length - 1] : low - times * map[0];
                if (span > 0.5 && isMapped(scales, map, times, offset, rounding)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isMapped(double[] scales, float[] map, double times, double offset, double rounding) {
        double tolerance = rounding / times;
        double chance = Math.log10(2.0 * map.length);
        int misses = 0;
        for (double scale : scales) {
            double wanted = (scale - offset) / times;
            int found = Arrays.binarySearch(map, (float) wanted);
            int above = Math.clamp(found >= 0 ? found : -found - 1, 1, map.length - 1);
            double gap = map[above] - map[above - 1];
            double distance = Math.min(Math.abs(wanted - map[above]), Math.abs(wanted - map[above - 1]));
            if (distance > tolerance) {
                misses++;
            } else {
                chance += Math.log10(Math.min(1, 2 * tolerance / gap));
            }
        }
        return misses <= (1 - NEARLY_ALL) * scales.length && chance <= 2 * Evidence.CONVINCING;
    }
}
