package dev.nibble.tensor;

import dev.nibble.core.Parallel;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

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
        requireEdges(low, high);
        if (counts.length == 0) {
            throw new IllegalArgumentException("a histogram needs at least one bin");
        }
        counts = counts.clone();
    }

    private static void requireEdges(double low, double high) {
        if (!(low < high) || !Double.isFinite(high - low)) {
            throw new IllegalArgumentException("a histogram needs finite edges, low < high: got " + low + ", " + high);
        }
    }

    /** Histogram of all values between their own smallest and largest. */
    public static Histogram of(Matrix matrix, int bins) {
        float[] x = matrix.values();
        String what = "range of " + matrix.name();
        double max = Sums.largest(x, 1, what);
        double min = -Sums.largest(x, -1, what);
        if (!(min < max)) { // all equal, or nothing there
            double center = min == max ? min : 0;
            double half = Math.max(Math.abs(center), 1) / 2;
            return of(matrix, center - half, center + half, bins);
        }
        return of(matrix, min, max, bins);
    }

    /** Histogram of all values between two edges. Values that are not numbers are not counted. */
    public static Histogram of(Matrix matrix, double low, double high, int bins) {
        float[] x = matrix.values();
        return count(x.length, low, high, bins, "histogram of " + matrix.name(), i -> x[i]);
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
        String what = "error histogram of " + original.name();
        return count(x.length, low, high, bins, what, i -> (double) y[i] - x[i]);
    }

    /** Counts in ranges that are added up: whole numbers, so their order does not matter. */
    private static Histogram count(int n, double low, double high, int bins, String what, IntToDoubleFunction value) {
        Counter total = new Counter(low, high, bins);
        int ranges = n == 0 ? 0 : (n - 1) / Sums.RANGE + 1;
        Parallel.ranges(ranges, 1, what, (first, last) -> {
            Counter counter = new Counter(low, high, bins);
            for (int r = first; r < last; r++) {
                int from = r * Sums.RANGE;
                int to = from + Math.min(Sums.RANGE, n - from);
                for (int i = from; i < to; i++) {
                    counter.add(value.applyAsDouble(i));
                }
            }
            total.add(counter);
        });
        return total.result();
    }

    /** Counts per bin, as a copy. */
    @Override
    public long[] counts() {
        return counts.clone();
    }

    /** Number of bins. */
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

    /** One line: "884,736 values, 80 bins from -0.01200 to 0.01200". */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%,d values, %d bins from %.4g to %.4g", total(), bins(), low, high);
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
            requireEdges(low, high);
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

        synchronized void add(Counter other) {
            for (int i = 0; i < counts.length; i++) {
                counts[i] += other.counts[i];
            }
            below += other.below;
            above += other.above;
        }

        Histogram result() {
            return new Histogram(low, high, counts, below, above);
        }
    }
}
