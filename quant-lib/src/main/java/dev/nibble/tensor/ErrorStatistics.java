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
        return new ErrorSums().add(original, approximated).result();
    }

    /** Root of the mean squared error, in units of the values. */
    public double rmse() {
        return Math.sqrt(mse);
    }

    /** One line: "mse 1.234e-05, SQNR 31.42 dB, max 0.0123, cosine 0.999812". */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "mse %.4g, SQNR %.2f dB, max %.4g, cosine %.6f", mse, sqnrDb, maxError, cosine);
    }
}
