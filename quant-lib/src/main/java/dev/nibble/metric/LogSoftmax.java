package dev.nibble.metric;

/**
 * The arithmetic of one row of logits, in double from float32: logarithm of the sum of exponentials, entropy, divergence
 * of another row. Sums run over {@value #LANES} lanes (lane = index mod {@value #LANES}) joined by a fixed tree, and the
 * exponential is our own, so that the bits are the same on every machine.
 */
final class LogSoftmax {
    static final int LANES = 16;

    /** Below this the exponential is taken to be 0: its true value is under 1e-307. */
    private static final double LOWEST = -708;

    private static final double LOG2_E = 0x1.71547652b82fep0;
    /** ln 2 in two parts, the first with so few bits that its product with an exponent is exact (as in fdlibm's e_exp.c). */
    private static final double LN2_HIGH = 0x1.62e42feep-1;

    private static final double LN2_LOW = 0x1.a39ef35793c76p-33;
    /** Adding and taking it away rounds to an integer, ties to even. */
    private static final double ROUND = 0x1.8p52;

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
        double[] sums = new double[LANES];
        double[] weighted = new double[LANES];
        int whole = count - count % LANES;
        for (int i = 0; i < whole; i += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                double t = (double) x[at + i + lane] - max;
                double e = exp(t);
                sums[lane] += e;
                weighted[lane] += e == 0 ? 0 : e * t;
            }
        }
        for (int i = whole; i < count; i++) {
            double t = (double) x[at + i] - max;
            double e = exp(t);
            sums[i - whole] += e;
            weighted[i - whole] += e == 0 ? 0 : e * t;
        }
        double sum = tree(sums);
        double log = StrictMath.log(sum);
        return new Row(top, max + log, Math.max(0, log - tree(weighted) / sum)); // rounding can leave -1e-16
    }

    /**
     * Divergence of q from p in nats: the sum of p (ln p - ln q), no term left out.
     *
     * @param pLogSum of p, as {@link #of} gave it
     * @return at least 0; 0 exactly if the rows are equal, infinite if q has no chance of what p may say
     */
    static double divergence(float[] p, int pAt, double pLogSum, float[] q, int qAt, double qLogSum, int count) {
        double[] sums = new double[LANES];
        int whole = count - count % LANES;
        for (int i = 0; i < whole; i += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                sums[lane] += term(p[pAt + i + lane], pLogSum, q[qAt + i + lane]);
            }
        }
        for (int i = whole; i < count; i++) {
            sums[i - whole] += term(p[pAt + i], pLogSum, q[qAt + i]);
        }
        return Math.max(0, tree(sums) - (pLogSum - qLogSum)); // rounding can leave -1e-15
    }

    private static double term(float p, double pLogSum, float q) {
        double probability = exp(p - pLogSum);
        return probability == 0 ? 0 : probability * ((double) p - q);
    }

    /**
     * The exponential of a number that is at most 709: within two units in the last place, and 0 below {@value #LOWEST}.
     * x = n ln 2 + r with |r| at most half of ln 2; the series of exp(r) to the 13th power is exact to 5e-18.
     */
    static double exp(double x) {
        if (x < LOWEST) {
            return 0;
        }
        double shifted = x * LOG2_E + ROUND;
        double n = shifted - ROUND;
        double r = (x - n * LN2_HIGH) - n * LN2_LOW;
        double p = 1.0 / 6227020800.0;
        p = p * r + 1.0 / 479001600;
        p = p * r + 1.0 / 39916800;
        p = p * r + 1.0 / 3628800;
        p = p * r + 1.0 / 362880;
        p = p * r + 1.0 / 40320;
        p = p * r + 1.0 / 5040;
        p = p * r + 1.0 / 720;
        p = p * r + 1.0 / 120;
        p = p * r + 1.0 / 24;
        p = p * r + 1.0 / 6;
        p = p * r + 0.5;
        p = p * r * r + r;
        return (1 + p) * Double.longBitsToDouble(((long) n + 1023) << 52);
    }

    private static double tree(double[] lanes) {
        for (int width = LANES / 2; width > 0; width /= 2) {
            for (int i = 0; i < width; i++) {
                lanes[i] += lanes[i + width];
            }
        }
        return lanes[0];
    }
}
