package dev.nibble.format.gguf;

/** What the types with a grid have to say in common of special blocks. */
final class GridSpecials {
    /** Of those that store seven signs for eight weights. */
    static final String EVEN =
            " Where 8 weights have an odd number of minus signs, the one that matters least changes its" + " sign.";

    private GridSpecials() {}

    /**
     * @param sub weights of a sub-block
     * @param epsilon largest magnitude of a sub-block that counts as zeros
     */
    static String text(String sub, String epsilon) {
        return "All zeros, −0 or not: every byte that scales is 0, and so are the values. A sub-block of " + sub
                + " weights of magnitude " + epsilon
                + " or less beside others becomes the smallest point at the smallest"
                + " scale, not zeros: there is no zero on the grid. Constant: the same point for all, up to the rounding of"
                + " the scales. Weights below about 1e-6 leave d at 0 or few bits of it. A block whose d exceeds 65,504 is"
                + " refused, where ggml stores an infinite scale. A single weight has no error bound, for points trade weights"
                + " against each other; those of a block together have: Σ c · error² is at most Σ c · w² − (2r − 1) · Σ c · w'²,"
                + " with c what each counts in the search, w' what it decodes to, and r the least that the fitted scale can have"
                + " been of the stored one (sumBound).";
    }
}
