package dev.nibble.tensor;

import java.util.Arrays;

/**
 * Counts of values in bins of equal width; what is drawn is these counts, never the values.
 *
 * @param low lower edge of the first bin
 * @param high upper edge of the last bin
 * @param counts values per bin: bin i holds low + i·width ≤ x &lt; low + (i + 1)·width, the last one also x = high
 * @param below values under {@code low}
 * @param above values over {@code high}
 */
public record Histogram(double low, double high, long[] counts, long below, long above) {
    public Histogram {
        if (!(low < high) || !Double.isFinite(high - low)) {
            throw new IllegalArgumentException("a histogram needs finite edges, low < high: got " + low + ", " + high);
        }
        if (counts.length == 0) {
            throw new IllegalArgumentException("a histogram needs at least one bin");
        }
        counts = counts.clone();
    }

    /** Histogram of all values between their own smallest and largest. */
    public static Histogram of(Matrix matrix, int bins) {
        float[] x = matrix.values();
        float min = Float.POSITIVE_INFINITY;
        float max = Float.NEGATIVE_INFINITY;
        for (float v : x) {
            min = v < min ? v : min; // comparisons that are false for NaN, which is not counted
            max = v > max ? v : max;
        }
        if (!(min < max)) { // all equal, or nothing there
            double center = min == max ? min : 0;
            double half = Math.max(Math.abs(center), 1) / 2;
            return of(matrix, center - half, center + half, bins);
        }
        return of(matrix, min, max, bins);
    }

    /** Histogram of all values between two edges. Values that are not numbers are not counted. */
    public static Histogram of(Matrix matrix, double low, double high, int bins) {
        Counter counter = new Counter(low, high, bins);
        for (float v : matrix.values()) {
            counter.add(v);
        }
        return counter.result();
    }

    /**
     * Histogram of the errors (approximated - original) between two edges.
     *
     * @throws IllegalArgumentException if the shapes differ
     */
    public static Histogram ofErrors(Matrix original, Matrix approximated, double low, double high, int bins) {
        original.requireSameShape(approximated);
        float[] x = original.values();
        float[] y = approximated.values();
        Counter counter = new Counter(low, high, bins);
        for (int i = 0; i < x.length; i++) {
            counter.add((double) y[i] - x[i]);
        }
        return counter.result();
    }

    /** Counts per bin, as a copy. */
    @Override
    public long[] counts() {
        return counts.clone();
    }

    public int bins() {
        return counts.length;
    }

    /** Width of one bin, in units of the values. */
    public double width() {
        return (high - low) / counts.length;
    }

    /** Middle of bin {@code i}. */
    public double center(int i) {
        return low + (i + 0.5) * width();
    }

    /** All values counted, those outside the edges included. */
    public long total() {
        return Arrays.stream(counts).sum() + below + above;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Histogram(double l, double h, long[] c, long b, long a)
                && Double.compare(low, l) == 0
                && Double.compare(high, h) == 0
                && Arrays.equals(counts, c)
                && below == b
                && above == a;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts) * 31 + Double.hashCode(low) * 7 + Double.hashCode(high);
    }

    @Override
    public String toString() {
        return "histogram of " + total() + " values, " + bins() + " bins from " + low + " to " + high;
    }

    private static final class Counter {
        private final double low;
        private final double high;
        private final double perUnit;
        private final long[] counts;
        private long below;
        private long above;

        Counter(double low, double high, int bins) {
            if (bins < 1 || bins > 1_000_000) {
                throw new IllegalArgumentException(bins + " bins: expected 1 to 1,000,000");
            }
            this.low = low;
            this.high = high;
            this.perUnit = bins / (high - low);
            this.counts = new long[bins];
        }

        void add(double v) {
            if (v < low) {
                below++;
            } else if (v > high) {
                above++;
            } else if (!Double.isNaN(v)) {
                counts[Math.min(counts.length - 1, (int) ((v - low) * perUnit))]++;
            }
        }

        Histogram result() {
            return new Histogram(low, high, counts, below, above);
        }
    }
}
