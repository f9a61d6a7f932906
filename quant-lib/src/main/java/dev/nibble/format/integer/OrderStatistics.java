package dev.nibble.format.integer;

/**
 * Exact percentiles of more numbers than fit in memory, in two passes: the first counts the upper halves of the bits of
 * the numbers, ordered as integers, the second the lower halves of those that matter.
 */
final class OrderStatistics {
    private final double[] percents;
    private final long[] upper = new long[1 << 16];
    private long count;
    private int[] buckets;
    private long[] ranks;
    private long[][] lower;

    OrderStatistics(double... percents) {
        this.percents = percents;
    }

    /** First pass. */
    void count(float v) {
        upper[ordered(v) >>> 16]++;
        count++;
    }

    /** Between the passes. */
    void locate() {
        buckets = new int[2 * percents.length];
        ranks = new long[buckets.length];
        lower = new long[buckets.length][1 << 16];
        for (int i = 0; i < buckets.length; i++) {
            long rank = Math.min(count - 1, (long) place(percents[i / 2]) + i % 2);
            int bucket = 0;
            while (rank >= upper[bucket]) {
                rank -= upper[bucket++];
            }
            buckets[i] = bucket;
            ranks[i] = rank;
        }
    }

    private double place(double percent) {
        return percent / 100 * (count - 1);
    }

    /** Second pass. */
    void refine(float v) {
        int bits = ordered(v);
        for (int i = 0; i < buckets.length; i++) {
            if (bits >>> 16 == buckets[i]) {
                lower[i][bits & 0xffff]++;
            }
        }
    }

    /** Percentile {@code i}, as {@link Ranges#percentile} finds it. */
    float percentile(int i) {
        double place = place(percents[i]);
        float below = value(2 * i);
        return (long) place + 1 < count ? Ranges.between(below, value(2 * i + 1), place - (long) place) : below;
    }

    private float value(int i) {
        long rank = ranks[i];
        int low = 0;
        while (rank >= lower[i][low]) {
            rank -= lower[i][low++];
        }
        int bits = (buckets[i] << 16 | low) ^ 0x80000000;
        return Float.intBitsToFloat(bits ^ ((bits >> 31) & 0x7fffffff));
    }

    /** An unsigned int that orders like the float. */
    private static int ordered(float v) {
        int bits = Float.floatToRawIntBits(v);
        return bits ^ ((bits >> 31) & 0x7fffffff) ^ 0x80000000;
    }
}
