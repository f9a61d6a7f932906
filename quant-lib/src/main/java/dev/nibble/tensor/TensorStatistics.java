package dev.nibble.tensor;

import java.util.List;
import java.util.Locale;

/**
 * The shape of a distribution of weights, over all values, in double.
 *
 * @param count number of values
 * @param mean arithmetic mean
 * @param std standard deviation of the population (divided by count)
 * @param min smallest value
 * @param max largest value
 * @param absmax largest absolute value
 * @param kurtosis excess kurtosis of the population, m4 / m2² - 3: 0 for a normal distribution, large with outliers;
 *     not-a-number if all values are equal
 */
public record TensorStatistics(
        long count, double mean, double std, double min, double max, double absmax, double kurtosis) {

    /**
     * Statistics of all values. Two passes in a fixed order: the same bits on any machine and any number of threads.
     *
     * @throws IllegalArgumentException if the matrix is empty
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static TensorStatistics of(Matrix matrix) {
        return of(List.of(matrix));
    }

    /**
     * Statistics of a matrix that comes in pieces, because it is larger than the memory: they are asked for twice.
     *
     * @throws IllegalArgumentException if there are no values
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static TensorStatistics of(Iterable<Matrix> pieces) {
        long n = 0;
        double sum = 0;
        double max = Double.NEGATIVE_INFINITY;
        double min = Double.POSITIVE_INFINITY;
        for (Matrix piece : pieces) {
            float[] x = piece.values();
            String what = "statistics of " + piece.name();
            n += x.length;
            sum += x.length == 0 ? 0 : Sums.of(x.length, 1, what, (from, to, into) -> addValues(x, from, to, into))[0];
            if (x.length > 0 && !Double.isNaN(sum)) {
                max = Math.max(max, Sums.largest(x, 1, what));
                min = Math.min(min, -Sums.largest(x, -1, what));
            }
        }
        if (n == 0) {
            throw new IllegalArgumentException("there are no values");
        }
        double mean = sum / n;
        if (Double.isNaN(mean)) {
            max = Double.NaN;
            min = Double.NaN;
        }
        double m2 = 0;
        double m4 = 0;
        for (Matrix piece : pieces) {
            float[] x = piece.values();
            if (x.length > 0) {
                String what = "statistics of " + piece.name();
                double[] moments = Sums.of(x.length, 2, what, (from, to, into) -> addMoments(x, mean, from, to, into));
                m2 += moments[0];
                m4 += moments[1];
            }
        }
        m2 /= n;
        m4 /= n;
        double kurtosis = m2 == 0 ? Double.NaN : m4 / (m2 * m2) - 3;
        return new TensorStatistics(n, mean, Math.sqrt(m2), min, max, Math.max(Math.abs(min), Math.abs(max)), kurtosis);
    }

    private static void addValues(float[] x, int from, int to, double[] into) {
        for (int i = from; i < to; i += Sums.LANES) {
            int lanes = Math.min(Sums.LANES, to - i);
            for (int lane = 0; lane < lanes; lane++) {
                into[lane] += x[i + lane];
            }
        }
    }

    private static void addMoments(float[] x, double mean, int from, int to, double[] into) {
        for (int i = from; i < to; i += Sums.LANES) {
            int lanes = Math.min(Sums.LANES, to - i);
            for (int lane = 0; lane < lanes; lane++) {
                double d = x[i + lane] - mean;
                double square = d * d;
                into[lane] += square;
                into[16 + lane] += square * square;
            }
        }
    }

    /** One line: "mean 0.0001, std 0.194, absmax 2.88, excess kurtosis 2.69". */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "mean %.4g, std %.4g, absmax %.4g, excess kurtosis %.3g", mean, std, absmax, kurtosis);
    }
}
