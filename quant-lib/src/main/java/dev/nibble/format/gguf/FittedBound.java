package dev.nibble.format.gguf;

import dev.nibble.format.SumBound;

/**
 * What follows from scales that are the least-squares ones for their codes, Σ w x q = s · Σ w q², where nothing follows for
 * single weights. Decoded with a scale s' the error is
 *
 * <pre>
 *   Σ w (x − s' q)² = Σ w x² − (2 s/s' − 1) · Σ w (s' q)²
 * </pre>
 *
 * so it is at most that for the smallest s/s' that the rounding of scales allows, and 0 where that is not known.
 */
final class FittedBound {
    /** Sums over 256 products in float32, and their quotient. */
    private static final double ROUNDING = 1e-4;

    private final float[] x;
    private final float[] decoded;
    private final double[] counts;
    private double most;

    /**
     * @param x the weights of the block
     * @param decoded what they decode to
     */
    FittedBound(float[] x, float[] decoded) {
        this.x = x;
        this.decoded = decoded;
        this.counts = new double[x.length];
    }

    /**
     * Adds a run of weights that share a scale.
     *
     * @param first place of the first of them in the block
     * @param weights what each counts
     * @param ratio a number that s/s' is not below
     * @param nothing magnitude of a run below which nothing was fitted
     */
    void add(int first, int count, float[] weights, double ratio, double nothing) {
        add(first, count, weights, ratio, nothing, decoded);
    }

    /** The same where values were fitted in whole steps, and decode to a little more in magnitude. */
    void add(int first, int count, float[] weights, double ratio, double nothing, float[] fitted) {
        double signal = 0;
        double values = 0;
        for (int i = first; i < first + count; i++) {
            double w = weights[i - first];
            double u = fitted[i];
            double v = decoded[i];
            counts[i] = w;
            signal += w * x[i] * x[i];
            values += w * (u * u + v * v);
            most += w * ((double) x[i] * x[i] - 2 * ratio * u * u + v * v + 2 * nothing * Math.abs(v));
            if (x[i] * v < 0) { // the step from the fitted to the decoded value goes the wrong way
                most += 2 * w * Math.abs(x[i]) * Math.abs(v - u);
            }
        }
        most += ROUNDING * (signal + values);
    }

    SumBound bound() {
        return new SumBound(counts, most);
    }

    /**
     * How far below 1 the quotient of a scale and its fp16 may be.
     *
     * @param stored not 0
     */
    static double rounded(float stored) {
        return stored == 0 ? 0 : Math.max(0, 1 - Halves.slack(stored) / Math.abs(stored));
    }
}
