package dev.nibble.format.gguf;

/** How much the error of each weight counts in the searches of the IQ types. */
final class Importances {
    /** Larger weights have a scale that no type stores, or one that is lost because the squares overflow. */
    static final float LARGEST = 0x1p28f;

    private Importances() {}

    /** The largest scale of sub-blocks; not a number if one is not, because the sums overflowed. */
    static float largest(float[] scales) {
        float max = 0;
        for (float scale : scales) {
            max = scale > max ? scale : max;
        }
        for (float scale : scales) {
            max = scale >= 0 ? max : Float.NaN; // none is negative
        }
        return max;
    }

    /** Sum of squares, added in order. */
    static float sumOfSquares(float[] x, int from, int count) {
        float sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += x[i] * x[i];
        }
        return sum;
    }

    /**
     * x² of each weight; with an importance matrix instead importance · sqrt(σ² + x²).
     *
     * @param sigma2 σ², of the whole super-block
     * @param given importance of the columns of the row, or null
     * @param column column of the first weight
     */
    static void of(float[] x, int from, int count, float sigma2, float[] given, int column, float[] weights, int at) {
        if (given == null) {
            for (int i = 0; i < count; i++) {
                weights[at + i] = x[from + i] * x[from + i];
            }
        } else {
            given(x, from, count, sigma2, given, column, weights, at);
        }
    }

    /** importance · sqrt(σ² + x²). */
    static void given(
            float[] x, int from, int count, float sigma2, float[] given, int column, float[] weights, int at) {
        for (int i = 0; i < count; i++) {
            float v = x[from + i];
            weights[at + i] = given[column + i] * (float) Math.sqrt(sigma2 + v * v); // rounds once, as sqrtf does
        }
    }

    /** What is left of Σ weight · x² when the scale sumqx / sumq2 is taken: Σ weight · (x - scale · q)². */
    static double error(float[] x, int from, float[] weights, int at, int count, float sumqx, float sumq2) {
        double all = 0;
        for (int i = 0; i < count; i++) {
            all += (double) weights[at + i] * x[from + i] * x[from + i];
        }
        return sumq2 > 0 ? Math.max(0, all - (double) sumqx * sumqx / sumq2) : all;
    }
}
