package dev.nibble.compute;

/**
 * Extremes of runs of floats, as every format needs them. Stateless; arguments are trusted. Comparisons are on the bit
 * patterns, ordered as integers: +0 above -0, positive not-a-numbers above infinity, negative ones below -infinity, so
 * that a value that is not finite always shows in the result.
 */
public interface Reductions {
    /** What runs in this process. */
    Reductions BEST = Provider.choose(Reductions.class, new ScalarReductions(), "dev.nibble.compute.VectorReductions");

    /**
     * Largest magnitude of each block: {@code out[at + k]} is that of {@code x[from + k·block .. )}, the last block
     * ending at {@code to} even if it is short. NaN or infinite if any value of the block is.
     */
    void absmax(float[] x, int from, int to, int block, float[] out, int at);

    /** Smallest and largest value of each block, laid out in {@code low} and {@code high} in the same way. */
    void extremes(float[] x, int from, int to, int block, float[] low, float[] high, int at);
}
