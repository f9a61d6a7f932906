package dev.nibble.metric;

import java.util.Locale;

/**
 * McNemar's test of whether two models err equally often on the same questions. Only questions that one has right and
 * the other wrong say anything. Numbers equal statsmodels' {@code mcnemar}: the exact binomial test below
 * {@value #FEW} such questions, from there on chi-squared with continuity correction. McNemar, Psychometrika 12, 1947.
 *
 * @param lost right before, wrong after
 * @param gained wrong before, right after
 * @param exact which of the two tests
 * @param statistic the smaller of both counts, or chi-squared
 * @param p two-sided: the chance of so uneven counts if neither model were better
 */
public record McNemar(int lost, int gained, boolean exact, double statistic, double p) {
    /** So many questions in disagreement are enough for the approximation. */
    public static final int FEW = 25;

    /** The test that fits the counts. */
    public static McNemar of(int lost, int gained) {
        return lost + gained < FEW ? exact(lost, gained) : approximate(lost, gained);
    }

    /** The exact binomial test. */
    static McNemar exact(int lost, int gained) {
        check(lost, gained);
        int n = lost + gained;
        int few = Math.min(lost, gained);
        double term = StrictMath.pow(0.5, n); // exact: a power of two; n is far below 1022 where this is used
        double sum = 0;
        for (int k = 0; k <= few; k++) {
            sum += term;
            term = term * (n - k) / (k + 1);
        }
        return new McNemar(lost, gained, true, few, Math.min(1, 2 * sum));
    }

    /** Chi-squared with one degree of freedom and continuity correction. */
    static McNemar approximate(int lost, int gained) {
        check(lost, gained);
        double difference = Math.abs((double) lost - gained) - 1;
        double statistic = difference * difference / ((double) lost + gained);
        return new McNemar(lost, gained, false, statistic, chiSquaredAbove(statistic));
    }

    private static void check(int lost, int gained) {
        if (lost < 0 || gained < 0) {
            throw new IllegalArgumentException(lost + " questions lost and " + gained + " gained: expected counts");
        }
    }

    /**
     * Chance of a chi-squared number with one degree of freedom above x: the regularized incomplete gamma function
     * Q(1/2, x/2), by its series for small x and Lentz's continued fraction else (Abramowitz and Stegun, 6.5.29, 6.5.31).
     */
    static double chiSquaredAbove(double x) {
        double y = x / 2;
        if (y <= 0) {
            return 1;
        }
        double front = StrictMath.sqrt(y / StrictMath.PI) * StrictMath.exp(-y);
        if (y < 1.5) {
            double term = 2; // 1 / a with a = 1/2
            double sum = term;
            for (int k = 1; term > sum * 0x1p-60; k++) {
                term *= y / (0.5 + k);
                sum += term;
            }
            return 1 - front * sum;
        }
        double b = y + 0.5; // y + 1 - a
        double c = Double.POSITIVE_INFINITY;
        double d = 1 / b;
        double h = d;
        for (int k = 1; k < 1000; k++) {
            double a = -k * (k - 0.5);
            b += 2;
            d = 1 / (a * d + b);
            c = b + a / c;
            double step = c * d;
            h *= step;
            if (Math.abs(step - 1) < 0x1p-52) {
                break;
            }
        }
        return front * h;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "McNemar's test (%s): %d lost, %d gained, p = %.4g",
                exact ? "exact" : "chi-squared",
                lost,
                gained,
                p);
    }
}
