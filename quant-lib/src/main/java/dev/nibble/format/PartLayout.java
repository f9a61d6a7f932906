package dev.nibble.format;

/**
 * What one part of a quantized matrix will look like, before it is made.
 *
 * @param name as {@link StoredPart#name}
 * @param encoding as {@link StoredPart#encoding}
 * @param bytes its size
 * @param whole whether it belongs to the whole tensor (a tensor scale, a table) and is stored once; else it grows with
 *     the rows, and the parts of pieces, appended, are the part of the whole
 */
public record PartLayout(String name, String encoding, long bytes, boolean whole) {
    /** A part that grows with the rows. */
    public PartLayout(String name, String encoding, long bytes) {
        this(name, encoding, bytes, false);
    }
}
