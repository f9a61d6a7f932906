package dev.nibble.tensor;

import java.util.Locale;

/**
 * How far an approximation lies from its original, over all values, in double.
 *
 * @param count number of values
 * @param mse mean of the squared errors, in squared units of the values
 * @param sqnrDb signal to quantization noise, 10 log10(sum of squares of the original / sum of squared errors), in dB;
 *     positive infinity if every value is exact
 * @param maxError largest absolute error
 * @param cosine cosine of the angle between both, taken as vectors; 1 if both are all zero, 0 if only one is
 * @param meanError mean of (approximation - original): the bias
 */
public record ErrorStatistics(long count, double mse, double sqnrDb, double maxError, double cosine, double meanError) {

    /**
     * Compares two matrices of one shape. The order of the sums is fixed, so the result has the same bits on any
     * machine and any number of threads. Not-a-number anywhere makes every figure not-a-number.
     *
     * @throws IllegalArgumentException if the shapes differ or the matrices are empty
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static ErrorStatistics of(Matrix original, Matrix approximated) {
        original.requireSameShape(approximated);
        int n = original.size();
        if (n == 0) {
            throw new IllegalArgumentException(original + " has no values to compare");
        }
        float[] x = original.values();
        float[] y = approximated.values();
        String what = "error of " + original.name();
        double[] sums = Sums.of(n, 5, what, (from, to, into) -> addTerms(x, y, from, to, into));
        double signal = sums[0];
        double approximate = sums[1];
        double product = sums[2];
        double noise = sums[3];
        double max = Double.isNaN(noise) ? Double.NaN : Sums.max(n, what, (from, to) -> maxError(x, y, from, to));
        double sqnr = noise == 0 ? Double.POSITIVE_INFINITY : 10 * StrictMath.log10(signal / noise);
        double norms = Math.sqrt(signal) * Math.sqrt(approximate);
        double cosine = norms == 0 ? (signal == approximate ? 1 : 0) : Math.clamp(product / norms, -1.0, 1.0);
        return new ErrorStatistics(n, noise / n, sqnr, max, noise == 0 ? 1 : cosine, sums[4] / n);
    }

    /** Root of the mean squared error, in units of the values. */
    public double rmse() {
        return Math.sqrt(mse);
    }

    private static void addTerms(float[] x, float[] y, int from, int to, double[] into) {
        for (int i = from; i < to; i += Sums.LANES) {
            int lanes = Math.min(Sums.LANES, to - i);
            for (int lane = 0; lane < lanes; lane++) {
                double a = x[i + lane];
                double b = y[i + lane];
                double e = b - a;
                into[lane] += a * a;
                into[16 + lane] += b * b;
                into[32 + lane] += a * b;
                into[48 + lane] += e * e;
                into[64 + lane] += e;
            }
        }
    }

    private static double maxError(float[] x, float[] y, int from, int to) {
        double max = 0;
        for (int i = from; i < to; i++) {
            double e = Math.abs((double) y[i] - x[i]);
            max = e > max ? e : max; // a comparison, because Math.max waits for itself
        }
        return max;
    }

    /** One line: "mse 1.234e-05, SQNR 31.42 dB, max 0.0123, cosine 0.999812". */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "mse %.4g, SQNR %.2f dB, max %.4g, cosine %.6f", mse, sqnrDb, maxError, cosine);
    }
}
