package dev.nibble.format.codebook;

import java.util.Arrays;

/**
 * Numbers to fit a code book to: distinct, rising, each with how often it occurs.
 *
 * @param values rising
 * @param counts of each value, positive
 */
record Points(double[] values, long[] counts) {
    /** Those of {@code x[from .. to)}, finite; −0 counts as 0. */
    static Points of(float[] x, int from, int to) {
        float[] sorted = Arrays.copyOfRange(x, from, to);
        Arrays.sort(sorted);
        double[] values = new double[sorted.length];
        long[] counts = new long[sorted.length];
        int n = 0;
        for (float v : sorted) {
            if (n > 0 && values[n - 1] == v) {
                counts[n - 1]++;
            } else {
                values[n] = v + 0.0;
                counts[n++] = 1;
            }
        }
        return new Points(Arrays.copyOf(values, n), Arrays.copyOf(counts, n));
    }

    int size() {
        return values.length;
    }

    long total() {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        return total;
    }

    /** How many values are at most {@code bound}. */
    int upTo(double bound) {
        int low = 0;
        int high = values.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (values[middle] <= bound) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The mean of the values from..to, summed from the lowest on; not a number if there is none. */
    double mean(int from, int to) {
        double sum = 0;
        long count = 0;
        for (int i = from; i < to; i++) {
            sum += values[i] * counts[i];
            count += counts[i];
        }
        // Rounding must not carry the mean out of the range of its values.
        return count == 0 ? Double.NaN : Math.max(values[from], Math.min(values[to - 1], sum / count));
    }

    /** The squared distance of the values from..to from {@code centre}. */
    double spread(int from, int to, double centre) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            double d = values[i] - centre;
            sum += d * d * counts[i];
        }
        return sum;
    }
}
