package dev.nibble.format.gguf;

/**
 * What an encoder may know of the row that its blocks are a part of.
 *
 * @param importance one number per column, not negative; null for none
 * @param meanSquare with an importance, and if the codec asks for it: Σx² of the whole row, summed from the left in
 *     float32, divided by its length
 */
public record RowContext(float[] importance, float meanSquare) {
    /** Nothing is known. */
    public static final RowContext NONE = new RowContext(null, 0);

    /** A row with an importance, for codecs that do not ask for more. */
    public static RowContext of(float[] importance) {
        return importance == null ? NONE : new RowContext(importance, 0);
    }

    boolean hasImportance() {
        return importance != null;
    }
}
