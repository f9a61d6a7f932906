package dev.nibble.explain;

/** What becomes of a number that lies in the middle between two codes, and how the rounding is done. */
enum Tie {
    EVEN("ties to even"),
    AWAY("ties away from 0"),
    /** As ggml writes it: the float32 sum of number, code of 0 and 0.5, cut off; the sum rounds as well. */
    ADD_HALF("0.5 added, then cut off"),
    UP("ties up"),
    DOWN("ties down"),
    TO_ZERO("ties towards 0");

    private final String words;

    Tie(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /**
     * @param u number in units of codes
     * @param zero code of 0 that is added afterwards; matters only where the sum rounds
     */
    int round(float u, int zero) {
        return switch (this) {
            case EVEN -> (int) Math.rint(u);
            case ADD_HALF -> (int) Math.floor(u + (zero + 0.5f)) - zero;
            case UP -> (int) Math.floor((double) u + 0.5);
            case DOWN -> (int) Math.ceil((double) u - 0.5);
            case AWAY -> u < 0 ? (int) Math.ceil((double) u - 0.5) : (int) Math.floor((double) u + 0.5);
            case TO_ZERO -> u < 0 ? (int) Math.floor((double) u + 0.5) : (int) Math.ceil((double) u - 0.5);
        };
    }

    /** Which of two neighbours a number exactly between them becomes: whether it is the upper one. */
    boolean takesUpper(int lower, int zero) {
        return switch (this) {
            case UP, ADD_HALF -> true;
            case DOWN -> false;
            case AWAY -> lower >= zero;
            case TO_ZERO -> lower < zero;
            case EVEN -> (lower - zero) % 2 != 0;
        };
    }
}
