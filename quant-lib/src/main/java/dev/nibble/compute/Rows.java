package dev.nibble.compute;

/**
 * What a transformer does to a row of numbers between two products. Every result is the same on every machine: sums run
 * over 16 lanes, number i in lane i mod 16, and the lanes are added up as a tree, the upper half to the lower, four times;
 * the exponential is our own, within an ulp and a half. Arguments are trusted.
 */
public final class Rows {
    private static final RowKernels KERNELS = RowKernels.BEST;

    private Rows() {}

    /** Sum of n numbers. */
    public static float sum(float[] x, int from, int n) {
        return KERNELS.sum(x, from, n);
    }

    /** Sum of the squares of {@code x[i] − center}, with fused multiply-add. */
    public static float squares(float[] x, int from, int n, float center) {
        return KERNELS.squares(x, from, n, center);
    }

    /** The largest number, 0 above −0; not-a-number if one is. */
    public static float max(float[] x, int from, int n) {
        return KERNELS.max(x, from, n);
    }

    /** {@code y[i] = (x[i] − center) · factor · weight[i] + bias[i]}, rounded after each; bias may be null. */
    public static void normalize(
            float[] x, int from, int n, float center, float factor, float[] weight, float[] bias, float[] y, int to) {
        KERNELS.normalize(x, from, n, center, factor, weight, bias, y, to);
    }

    /** {@code x[i] = exp(x[i] − max)}, and their sum. */
    public static float expSum(float[] x, int from, int n, float max) {
        return KERNELS.expSum(x, from, n, max);
    }

    /** {@code x[i] · factor} in place. */
    public static void scale(float[] x, int from, int n, float factor) {
        KERNELS.scale(x, from, n, factor);
    }

    /** {@code y[i] + x[i]} to y. */
    public static void add(float[] x, int from, int n, float[] y, int to) {
        KERNELS.add(x, from, n, y, to);
    }

    /** {@code x · sigmoid(x) · y} to x: SwiGLU's gate. */
    public static void siluTimes(float[] x, int from, int n, float[] y, int to) {
        KERNELS.siluTimes(x, from, n, y, to);
    }

    /** GELU (Hendrycks and Gimpel, 2016) in place: {@code x · (1 + erf(x / √2)) / 2}, in double, then rounded. */
    public static void gelu(float[] x, int from, int n) {
        for (int i = from; i < from + n; i++) {
            x[i] = (float) (0.5 * x[i] * (1 + ErrorFunction.of(x[i] * ErrorFunction.ROOT_HALF)));
        }
    }

    /** GELU by its tanh approximation, in place: {@code x · sigmoid(2 √(2/π) (x + 0.044715 x³))}. */
    public static void geluTanh(float[] x, int from, int n) {
        KERNELS.geluTanh(x, from, n);
    }

    /** Root-mean-square norm: x divided by √(mean of x² + epsilon), times weight (Zhang and Sennrich, 2019). */
    public static void rmsNorm(float[] x, int from, int n, float[] weight, float epsilon, float[] y, int to) {
        double mean = (double) squares(x, from, n, 0) / n;
        normalize(x, from, n, 0, (float) (1 / Math.sqrt(mean + epsilon)), weight, null, y, to);
    }

    /** Layer norm: zero mean and unit variance, times weight, plus bias. */
    public static void layerNorm(
            float[] x, int from, int n, float[] weight, float[] bias, float epsilon, float[] y, int to) {
        float mean = sum(x, from, n) / n;
        double variance = (double) squares(x, from, n, mean) / n;
        normalize(x, from, n, mean, (float) (1 / Math.sqrt(variance + epsilon)), weight, bias, y, to);
    }

    /** Softmax in place. */
    public static void softmax(float[] x, int from, int n) {
        float sum = expSum(x, from, n, max(x, from, n));
        scale(x, from, n, 1 / sum);
    }

    /** ln Σ exp(x), in double ({@link LogSums}). */
    public static double logSumExp(float[] x, int from, int n) {
        float max = max(x, from, n);
        double[] sums = new double[2];
        LogSums.BEST.exponentials(x, from, n, max, sums);
        return max + StrictMath.log(sums[0]);
    }
}
