package dev.nibble.format.codebook;

/** How the scale of a block is found and how its weights are brought to the range of the code book. */
enum BlockScaling {
    /**
     * bitsandbytes in torch operations: times 1 / max(absmax, 1e-38); but of a last block that is short the scale is
     * stored as max(absmax, 1e-38) and the weights are divided by it.
     */
    TORCH,
    /** bitsandbytes' compiled kernels: times 1 / absmax, whatever that is; a block of zeros gets code 0. */
    COMPILED,
    /** Ours: times 1 / max(s, 1e-38) of the scale as stored, s = absmax. */
    ABSMAX,
    /** The same with s = root of the mean square. */
    RMS;

    /** Below it a float32 reciprocal overflows or nearly so; bitsandbytes' constant. */
    static final float LEAST = 1e-38f;

    /** What the weights of a block are multiplied with. */
    float inverse(float stored) {
        return this == COMPILED ? 1 / stored : 1 / Math.max(stored, LEAST);
    }

    /** Whether the weights of a block of {@code count} are divided by the scale instead. */
    boolean divides(int count, int block) {
        return this == TORCH && count < block;
    }

    /** Whether a block gets code 0 throughout. */
    boolean isBlank(float stored) {
        return this == COMPILED && stored == 0;
    }

    /**
     * What the weights of a block look like to the code book, one by one, as the encoder computes it.
     *
     * @param stored its scale
     * @param count weights in it
     */
    float scaled(float x, float stored, int count, int block) {
        return divides(count, block) ? x / stored : x * inverse(stored);
    }
}
