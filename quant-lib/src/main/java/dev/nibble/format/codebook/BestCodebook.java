package dev.nibble.format.codebook;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.Locale;

/**
 * The best that any code book of a given number of values can do for given numbers: the exact optimum of k-means in one
 * dimension, where an optimal cluster is a run of the sorted numbers.
 *
 * @param levels the values, rising; repeated at the end if there are fewer distinct numbers
 * @param squaredError sum of the squared distances of the numbers from their nearest level
 * @param energy sum of the squares of the numbers
 * @param count how many numbers
 */
public record BestCodebook(double[] levels, double squaredError, double energy, long count) {
    /** Table entries that the search may keep: 128 MB. */
    private static final long MOST = 1L << 25;

    /**
     * The best book for these numbers, as {@link #of(float[], int, CancelToken)} under the progress of the caller.
     */
    public static BestCodebook of(float[] values, int levels) {
        return of(values, levels, Progress.current().cancelToken());
    }

    /**
     * The best book for these numbers. Dynamic programming over the sorted numbers with divide and conquer, for the best
     * last boundary never moves down as numbers are added: O(levels · n log n). Sums of squares are taken in double
     * around the median, so numbers are told apart down to about 1e-8 of the largest. Source: Grønlund et al., "Fast
     * exact k-means, k-medians and Bregman divergence clustering in 1D", 2017.
     *
     * @param values finite
     * @param levels 1 to 256
     * @throws IllegalArgumentException if a value is not finite, or distinct values times levels exceed 33 million
     */
    public static BestCodebook of(float[] values, int levels, CancelToken cancel) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException(
                        "value " + i + " is " + values[i] + "; a code book is fitted to finite numbers");
            }
        }
        return of(Points.of(values, 0, values.length), levels, cancel);
    }

    static BestCodebook of(Points points, int levels, CancelToken cancel) {
        if (levels < 1 || levels > 256) {
            throw new IllegalArgumentException("a code book has 1 to 256 values, not " + levels);
        }
        if (points.size() == 0) {
            throw new IllegalArgumentException("there are no numbers to fit a code book to");
        }
        int[] starts = new Search(points, Math.min(levels, points.size()), cancel).starts();
        double[] best = new double[levels];
        double error = 0;
        for (int k = 0; k < levels; k++) {
            if (k < starts.length) {
                int end = k + 1 < starts.length ? starts[k + 1] : points.size();
                best[k] = points.mean(starts[k], end);
                error += points.spread(starts[k], end, best[k]);
            } else {
                best[k] = best[k - 1];
            }
        }
        return new BestCodebook(best, error, points.spread(0, points.size(), 0), points.total());
    }

    /** Mean squared error. */
    public double meanSquaredError() {
        return squaredError / count;
    }

    /** Signal to noise in dB; infinite if nothing is lost. */
    public double sqnrDb() {
        return decibels(energy, squaredError);
    }

    private static double decibels(double energy, double error) {
        return 10 * Math.log10(energy / error);
    }

    /**
     * What a format reached on some numbers, beside what the best book of as many values would have.
     *
     * @param own signal to noise of the format in dB
     * @param best that of the best book of {@code levels} values for these very numbers, scales and book not counted
     * @param levels how many values
     */
    public record Distance(double own, double best, int levels) {
        /** How many dB are left on the table. */
        public double decibels() {
            return best - own;
        }

        /** "20.31 dB; the best 16 values reach 21.77 dB". */
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.2f dB; the best %d values reach %.2f dB", own, levels, best);
        }
    }

    /**
     * How far a run of decoded weights is from what the best book for the original ones could do.
     *
     * @param original the matrix before, [out, in]
     * @param decoded the same after quantizing and decoding
     * @param from first weight, counted row after row
     * @param count how many
     * @param levels values of the book to compare with: 16 for a 4-bit format
     */
    public static Distance distance(Matrix original, Matrix decoded, int from, int count, int levels) {
        original.requireSameShape(decoded);
        if (from < 0 || count < 1 || count > original.size() - from) {
            throw new IllegalArgumentException(original.name() + " has " + original.size() + " weights; there are no "
                    + count + " from " + from + " on");
        }
        float[] x = Arrays.copyOfRange(original.values(), from, from + count);
        BestCodebook best = of(x, levels);
        double error = 0;
        for (int i = 0; i < count; i++) {
            double d = (double) x[i] - decoded.values()[from + i];
            error += d * d;
        }
        return new Distance(decibels(best.energy, error), best.sqnrDb(), levels);
    }

    /** The search for the first number of each cluster. */
    private static final class Search {
        private final int n;
        private final int levels;
        private final CancelToken cancel;
        private final double[] sums;
        private final double[] squares;
        private final double[] counts;
        private final int[][] firsts;
        private double[] before;
        private double[] now;

        Search(Points points, int levels, CancelToken cancel) {
            this.n = points.size();
            this.levels = levels;
            this.cancel = cancel;
            if ((long) n * levels > MOST) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "the exact search for %d values among %,d distinct numbers needs more than 128 MB; take fewer"
                                + " numbers or levels",
                        levels,
                        n));
            }
            this.sums = new double[n + 1];
            this.squares = new double[n + 1];
            this.counts = new double[n + 1];
            double middle = points.values()[n / 2];
            for (int i = 0; i < n; i++) {
                double v = points.values()[i] - middle;
                sums[i + 1] = sums[i] + v * points.counts()[i];
                squares[i + 1] = squares[i] + v * v * points.counts()[i];
                counts[i + 1] = counts[i] + points.counts()[i];
            }
            this.firsts = new int[levels][n];
            this.before = new double[n];
            this.now = new double[n];
        }

        /** Squared error of one cluster from i to j, both included. */
        private double cost(int i, int j) {
            double sum = sums[j + 1] - sums[i];
            return Math.max(0, squares[j + 1] - squares[i] - sum * sum / (counts[j + 1] - counts[i]));
        }

        int[] starts() {
            for (int j = 0; j < n; j++) {
                now[j] = cost(0, j);
            }
            for (int level = 1; level < levels; level++) {
                double[] other = before;
                before = now;
                now = other;
                layer(level, level, n - 1, level, n - 1);
            }
            int[] starts = new int[levels];
            int last = n - 1;
            for (int level = levels - 1; level > 0; level--) {
                starts[level] = firsts[level][last];
                last = starts[level] - 1;
            }
            return starts;
        }

        /** Best first numbers of the last cluster, of numbers up to low..high, known to lie in from..to. */
        private void layer(int level, int low, int high, int from, int to) {
            if (low > high) {
                return;
            }
            cancel.check("search for the best code book");
            int j = (low + high) >>> 1;
            double best = Double.POSITIVE_INFINITY;
            int first = Math.min(from, j);
            for (int i = from; i <= Math.min(j, to); i++) {
                double cost = before[i - 1] + cost(i, j);
                if (cost < best) {
                    best = cost;
                    first = i;
                }
            }
            now[j] = best;
            firsts[level][j] = first;
            layer(level, low, j - 1, from, first);
            layer(level, j + 1, high, first, to);
        }
    }
}
