package dev.nibble.format.minifloat;

/** What becomes of a number that lies exactly between two codes. */
public enum Ties {
    /** To the neighbour whose last mantissa bit is 0: IEEE 754, ml_dtypes, torch, compressed-tensors. */
    EVEN("rne", "ties to even"),
    /** To the larger magnitude: microxcaling's "nearest". */
    AWAY("away", "ties away from zero"),
    /** To the smaller magnitude: the first smallest distance in a rising table, as ggml and ModelOpt's MXFP4 search. */
    TO_ZERO("tozero", "ties toward zero");

    private final String word;
    private final String text;

    Ties(String word, String text) {
        this.word = word;
        this.text = text;
    }

    /** The word that asks for it in a recipe. */
    public String word() {
        return word;
    }

    /** "ties to even". */
    public String text() {
        return text;
    }

    /**
     * Whether to take the upper of two neighbours.
     *
     * @param rest how far the number lies above the lower one
     * @param half half the distance of the two, in the same unit; positive
     * @param odd whether the lower one is odd
     */
    boolean up(long rest, long half, boolean odd) {
        return switch (this) {
            case EVEN -> rest > half || (rest == half && odd);
            case AWAY -> rest >= half;
            case TO_ZERO -> rest > half;
        };
    }
}
