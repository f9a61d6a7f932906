package dev.nibble.compute;

/**
 * Sums over the exponentials of a row of logits, in double from float32: what losses, entropies and divergences are made
 * of. Sums run over 16 lanes, number i in lane i mod 16, and the lanes are added up as a tree, the upper half to the
 * lower, four times; nothing is fused, and the exponential is our own: the same bits on every machine. Stateless;
 * arguments are trusted.
 */
public interface LogSums {
    /** What runs in this process. */
    LogSums BEST = Provider.choose(LogSums.class, new ScalarLogSums(), "dev.nibble.compute.VectorLogSums");

    /** Below this the exponential is taken to be 0: its true value is under 1e-307. */
    double LOWEST = -708;

    /**
     * Sum of e = exp(x − max), and sum of e (x − max), where e = 0 counts nothing.
     *
     * @param sums takes both
     */
    void exponentials(float[] x, int from, int n, float max, double[] sums);

    /**
     * Sum of exp(p − pLogSum) (p − q), where a probability of 0 counts nothing.
     *
     * @param p logits of n numbers from {@code pFrom} on
     * @param pLogSum logarithm of the sum of their exponentials
     * @param q others, from {@code qFrom} on
     */
    double weightedDifference(float[] p, int pFrom, double pLogSum, float[] q, int qFrom, int n);

    /** The exponential of a number up to 709, within two units in the last place; 0 below {@link #LOWEST}. */
    static double exp(double x) {
        return ScalarLogSums.exp(x);
    }
}
