package dev.nibble.format;

/**
 * Bits that lie side by side in a stored part.
 *
 * @param part index of the part in {@link Quantized#parts()}
 * @param bit the first of them: 8 · byte + bit in the byte, 0 the lowest
 * @param count how many, 1 to 64
 * @param shift where the first of them stands in the number that they belong to
 */
public record BitRun(int part, long bit, int count, int shift) {
    /** A run that is the whole of its number. */
    public BitRun(int part, long bit, int count) {
        this(part, bit, count, 0);
    }
}
