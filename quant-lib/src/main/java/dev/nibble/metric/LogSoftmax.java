package dev.nibble.metric;

import dev.nibble.compute.LogSums;

/**
 * The arithmetic of one row of logits, in double from float32: logarithm of the sum of exponentials, entropy, divergence
 * of another row. The same bits on every machine ({@link LogSums}).
 */
final class LogSoftmax {
    private LogSoftmax() {}

    /**
     * One row summed up.
     *
     * @param top index of the largest logit, the first of equals
     * @param logSum logarithm of the sum of exponentials, in nats: logit - logSum is a log-probability
     * @param entropy of the distribution, in nats
     */
    record Row(int top, double logSum, double entropy) {
        /** Whether the row was made of numbers; logits of -infinity are probabilities of 0. */
        boolean isFinite() {
            return Double.isFinite(logSum);
        }
    }

    /** Sums a row up; {@code logSum} is not finite if a logit is NaN or +infinity, or all are -infinity. */
    static Row of(float[] x, int at, int count) {
        float max = Float.NEGATIVE_INFINITY;
        int top = 0;
        for (int i = 0; i < count; i++) {
            if (x[at + i] > max) {
                max = x[at + i];
                top = i;
            }
        }
        double[] sums = new double[2];
        LogSums.BEST.exponentials(x, at, count, max, sums);
        double log = StrictMath.log(sums[0]);
        return new Row(top, max + log, Math.max(0, log - sums[1] / sums[0])); // rounding can leave -1e-16
    }

    /**
     * Divergence of q from p in nats: the sum of p (ln p - ln q), no term left out.
     *
     * @param pLogSum of p, as {@link #of} gave it
     * @return at least 0; 0 exactly if the rows are equal, infinite if q has no chance of what p may say
     */
    static double divergence(float[] p, int pAt, double pLogSum, float[] q, int qAt, double qLogSum, int count) {
        double sum = LogSums.BEST.weightedDifference(p, pAt, pLogSum, q, qAt, count);
        return Math.max(0, sum - (pLogSum - qLogSum)); // rounding can leave -1e-15
    }

    /** The exponential of a number that is at most 709; see {@link LogSums#exp}. */
    static double exp(double x) {
        return LogSums.exp(x);
    }
}
