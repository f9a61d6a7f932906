package dev.nibble.format.integer;

/**
 * How the range of a group is found from its weights.
 *
 * @param kind smallest and largest weight, or a search
 * @param percentile of {@link Kind#PERCENTILE}: what part of the weights, in percent, an end of the range lets through
 * @param iterations of {@link Kind#HQQ}: the most steps of the solver; 0 for none
 * @param roundZero of {@link Kind#HQQ}: whether the zero that the solver starts from is rounded
 */
public record Search(Kind kind, double percentile, int iterations, boolean roundZero) {
    /** The ends of the range are the smallest and the largest weight. */
    public static final Search NONE = new Search(Kind.NONE, 100, 0, false);

    /** What is searched. */
    public enum Kind {
        NONE,
        /** GPTQ's: 80 ranges, shrunk by hundredths, and the one with the least sum of |error|^2.4. */
        MSE,
        /** Percentiles of the weights, or of their magnitudes, interpolated. */
        PERCENTILE,
        /** Half-quadratic quantization: the zero that makes the error sparse. */
        HQQ
    }

    /** How many ranges {@link Kind#MSE} tries: int(0.8 · 100). */
    static final int CANDIDATES = 80;

    /** The factor of candidate i: 1 - i / 100, as GPTQ computes it. */
    static float factor(int i) {
        return (float) (1 - i / 100.0);
    }

    boolean clips() {
        return kind != Kind.NONE;
    }
}
