package dev.nibble.format.gguf;

import dev.nibble.compute.Provider;

/**
 * The two loops of IQ4_NL and IQ4_XS, over blocks of 32 weights that lie one after the other. Stateless; arguments are
 * trusted and finite. Source of the rule: ggml, quantize_row_iq4_nl_impl with ntry 7.
 */
interface Iq4Kernels {
    /** What runs in this process. */
    Iq4Kernels BEST = Provider.choose(Iq4Kernels.class, new Iq4Scalar(), "dev.nibble.format.gguf.Iq4Vector");

    /** Weights of one block. */
    int BLOCK = 32;

    /** Candidates on either side of the inverse scale that puts the largest magnitude on -127. */
    int TRIES = 7;

    /** A block whose largest magnitude is below it is all zero. */
    float EPSILON = 1e-15f;

    /**
     * The scale of each block: of sixteen candidates the one whose codes, with the scale that fits them best, leave the
     * least error weighted by {@code weights}.
     *
     * @param x weights, from {@code from} on
     * @param weights importance of each weight, from index 0 on
     * @param scales gets one scale per block, from index 0 on; 0 for a block of zeros
     */
    void search(float[] x, int from, int blocks, float[] weights, float[] scales);

    /** Codes of {@code x · inverse[block]}, one per byte, from index 0 on: the nearest value, the upper of two as near. */
    void codes(float[] x, int from, int blocks, float[] inverse, byte[] codes);
}
