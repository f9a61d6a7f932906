package dev.nibble.metric;

import dev.nibble.tensor.Generators;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A mean and its uncertainty by resampling: groups (documents, or windows of one) are drawn with replacement, as many as
 * there are, and the mean is taken again. Draw i of sample s depends on the seed and these numbers alone, so a
 * repetition gives the same bits. Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 6 and 13.
 *
 * @param mean over all values
 * @param standardError standard deviation of the means of the samples; not a number for fewer than two groups
 * @param low 2.5th percentile of those means
 * @param high 97.5th percentile
 * @param groups number of groups
 * @param resamples number of samples
 * @param seed of the draws
 */
public record Bootstrap(
        double mean, double standardError, double low, double high, int groups, int resamples, long seed) {
    /** Samples that are drawn unless asked otherwise: the standard error is then within about 3 % of its limit. */
    public static final int RESAMPLES = 1000;

    /** Seed that is used unless asked otherwise. */
    public static final long SEED = 1234;

    private static final int MOST = 1_000_000;

    /**
     * The mean of values that come in groups.
     *
     * @param sums of the values of each group
     * @param sizes number of values of each group; groups without any are left out
     */
    static Bootstrap ofMean(double[] sums, long[] sizes, int resamples, long seed) {
        if (resamples < 2 || resamples > MOST) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%,d samples: expected 2 to %,d", resamples, MOST));
        }
        int[] filled =
                IntStream.range(0, sizes.length).filter(g -> sizes[g] > 0).toArray();
        double sum = 0;
        long size = 0;
        for (int g : filled) {
            sum += sums[g];
            size += sizes[g];
        }
        double mean = sum / size;
        if (filled.length < 2) {
            return new Bootstrap(mean, Double.NaN, Double.NaN, Double.NaN, filled.length, resamples, seed);
        }
        double[] means = new double[resamples];
        for (int s = 0; s < resamples; s++) {
            double drawn = 0;
            long count = 0;
            for (int i = 0; i < filled.length; i++) {
                double u = Generators.uniform(seed, (long) s * filled.length + i);
                int g = filled[(int) (u * filled.length)];
                drawn += sums[g];
                count += sizes[g];
            }
            means[s] = drawn / count;
        }
        double centre = Arrays.stream(means).reduce(0, Double::sum) / resamples;
        double squares = 0;
        for (double m : means) {
            squares += (m - centre) * (m - centre);
        }
        Arrays.sort(means);
        return new Bootstrap(
                mean,
                StrictMath.sqrt(squares / (resamples - 1)),
                Distribution.quantile(means, 0.025),
                Distribution.quantile(means, 0.975),
                filled.length,
                resamples,
                seed);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.6g ± %.2g (95 %%: %.6g to %.6g; %,d groups, %,d samples)",
                mean,
                standardError,
                low,
                high,
                groups,
                resamples);
    }
}
