package dev.nibble.tensor;

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
        int n = matrix.size();
        if (n == 0) {
            throw new IllegalArgumentException(matrix + " has no values");
        }
        float[] x = matrix.values();
        String what = "statistics of " + matrix.name();
        double mean = Sums.of(n, 1, what, (from, to, into) -> addValues(x, from, to, into))[0] / n;
        double[] moments = Sums.of(n, 2, what, (from, to, into) -> addMoments(x, mean, from, to, into));
        double m2 = moments[0] / n;
        double m4 = moments[1] / n;
        double max = Double.isNaN(mean) ? Double.NaN : Sums.largest(x, 1, what);
        double min = Double.isNaN(mean) ? Double.NaN : -Sums.largest(x, -1, what);
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
