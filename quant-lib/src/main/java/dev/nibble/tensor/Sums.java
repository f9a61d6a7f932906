package dev.nibble.tensor;

import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import java.util.Arrays;

/**
 * Sums of many numbers in double, in an order that depends on nothing but their count: chunks of a fixed length, in
 * each sixteen lanes (lane = index mod 16) joined by a fixed tree, the chunks added one after the other. So a statistic
 * has the same bits on any machine and any number of threads.
 */
final class Sums {
    static final int LANES = 16;
    static final int CHUNK = 1 << 14;
    /** Values looked at between two looks at the stop request: about a millisecond. */
    static final int RANGE = 1 << 20;

    private Sums() {}

    /** Adds the terms of one chunk to {@code into[sum * 16 + lane]}; index i belongs to lane (i - from) % 16. */
    @FunctionalInterface
    interface Terms {
        void add(int from, int to, double[] into);
    }

    /**
     * {@code sums} sums over 0..count.
     *
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    static double[] of(int count, int sums, String what, Terms terms) {
        int chunks = count == 0 ? 0 : (count - 1) / CHUNK + 1;
        double[][] partial = new double[chunks][];
        Parallel.ranges(chunks, 16, Progress.current().cancelToken(), what, (first, last) -> {
            double[] lanes = new double[sums * LANES];
            for (int chunk = first; chunk < last; chunk++) {
                Arrays.fill(lanes, 0);
                int from = chunk * CHUNK;
                terms.add(from, from + Math.min(CHUNK, count - from), lanes);
                partial[chunk] = new double[sums];
                for (int s = 0; s < sums; s++) {
                    partial[chunk][s] = tree(lanes, s * LANES);
                }
            }
        });
        double[] total = new double[sums];
        for (double[] p : partial) {
            for (int s = 0; s < sums; s++) {
                total[s] += p[s];
            }
        }
        return total;
    }

    /** The largest of what {@code largest} finds in each range of 0..count; -infinity if there is none. */
    static double max(int count, String what, ToDouble largest) {
        int ranges = count == 0 ? 0 : (count - 1) / RANGE + 1;
        double[] found = new double[ranges];
        Parallel.ranges(ranges, 1, Progress.current().cancelToken(), what, (first, last) -> {
            for (int r = first; r < last; r++) {
                int from = r * RANGE;
                found[r] = largest.of(from, from + Math.min(RANGE, count - from));
            }
        });
        double max = Double.NEGATIVE_INFINITY;
        for (double f : found) {
            max = Math.max(max, f);
        }
        return max;
    }

    /** The largest of the values times {@code sign}, those that are not numbers passed over; -infinity if there is none. */
    static double largest(float[] x, float sign, String what) {
        return max(x.length, what, (from, to) -> {
            float max = Float.NEGATIVE_INFINITY;
            for (int i = from; i < to; i++) {
                float v = x[i] * sign;
                max = v > max ? v : max; // a comparison, because Math.max waits for itself
            }
            return max;
        });
    }

    /** A number found in a range. */
    @FunctionalInterface
    interface ToDouble {
        double of(int from, int to);
    }

    private static double tree(double[] lanes, int at) {
        for (int width = LANES / 2; width > 0; width /= 2) {
            for (int i = 0; i < width; i++) {
                lanes[at + i] += lanes[at + i + width];
            }
        }
        return lanes[at];
    }
}
