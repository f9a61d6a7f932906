package dev.nibble.metric;

import java.util.Arrays;
import java.util.Locale;

/**
 * How numbers are spread, as llama.cpp's {@code perplexity --kl-divergence} reports it: percentiles are interpolated
 * linearly between the two nearest of the sorted numbers.
 *
 * @param mean of the numbers
 * @param standardError of the mean, if they were independent; see {@link Scores#standardError}
 * @param min the smallest
 * @param p0_1 0.1 % of the numbers are below
 * @param p1 1 %
 * @param p5 5 %
 * @param p10 10 %
 * @param p25 25 %
 * @param median half of them
 * @param p75 75 %
 * @param p90 90 %
 * @param p95 95 %
 * @param p99 99 %
 * @param p99_9 99.9 %
 * @param max the largest
 */
public record Distribution(
        double mean,
        double standardError,
        double min,
        double p0_1,
        double p1,
        double p5,
        double p10,
        double p25,
        double median,
        double p75,
        double p90,
        double p95,
        double p99,
        double p99_9,
        double max) {

    /** How scores are spread. */
    public static Distribution of(Scores scores) {
        double[] v = scores.stream().sorted().toArray();
        return new Distribution(
                scores.mean(),
                scores.standardError(),
                v[0],
                quantile(v, 0.001),
                quantile(v, 0.01),
                quantile(v, 0.05),
                quantile(v, 0.10),
                quantile(v, 0.25),
                quantile(v, 0.50),
                quantile(v, 0.75),
                quantile(v, 0.90),
                quantile(v, 0.95),
                quantile(v, 0.99),
                quantile(v, 0.999),
                v[v.length - 1]);
    }

    /** The number that a share of sorted ones lies below: numpy's "linear", which is llama.cpp's too. */
    static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        if (below >= sorted.length - 1) {
            return sorted[sorted.length - 1];
        }
        double part = place - below;
        return part == 0 ? sorted[below] : (1 - part) * sorted[below] + part * sorted[below + 1];
    }

    /** The same in other units. */
    Distribution times(double factor) {
        double[] v = {mean, standardError, min, p0_1, p1, p5, p10, p25, median, p75, p90, p95, p99, p99_9, max};
        double[] t = Arrays.stream(v).map(x -> x * factor).toArray();
        return new Distribution(
                t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[10], t[11], t[12], t[13], t[14]);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "mean %.6g ± %.2g; max %.4g, 99.9 %% %.4g, 99 %% %.4g, 95 %% %.4g, 90 %% %.4g, median %.4g, 10 %% %.4g,"
                        + " 5 %% %.4g, 1 %% %.4g, 0.1 %% %.4g, min %.4g",
                mean,
                standardError,
                max,
                p99_9,
                p99,
                p95,
                p90,
                median,
                p10,
                p5,
                p1,
                p0_1,
                min);
    }
}
