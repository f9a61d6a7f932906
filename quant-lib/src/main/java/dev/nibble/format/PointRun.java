package dev.nibble.format;

/**
 * Weights that share one scale and are stored as points, several weights each: the values of a point times the scale.
 *
 * @param first place of the first weight in the matrix, row after row
 * @param count how many follow one another
 * @param size weights of a point
 * @param books the points that there are, {@code size} values each, one after the other; of several books one holds for all
 *     of the run
 * @param signs whether weights have signs of their own
 * @param scale as stored
 * @param scales what the scale could have been, all other numbers staying
 */
public record PointRun(int first, int count, int size, float[][] books, Signs signs, double scale, ScaleSet scales) {
    /** The signs that are stored apart from the points. */
    public enum Signs {
        /** None: the values of a point have theirs. */
        NONE,
        /** One for each weight. */
        EACH,
        /** Of eight weights seven, and an even number of minuses. */
        EVEN
    }
}
