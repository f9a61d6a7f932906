package dev.nibble.checkpoint;

/**
 * Rows of integers as a layout of other software holds them: w = s · (q - z) in float32.
 *
 * @param rows number of rows
 * @param cols length of a row
 * @param bits of a code and of a zero
 * @param groups that a row has
 * @param codes q without a sign, [rows, cols]
 * @param zeros z without a sign, [rows, groups]
 * @param scales s, [rows, groups]
 * @param group of each column, 0 to groups - 1
 */
public record AffineRows(
        int rows, int cols, int bits, int groups, byte[] codes, byte[] zeros, float[] scales, int[] group) {
    /** What a code means at one weight, counted row after row. */
    public float value(int weight, int code) {
        int g = weight / cols * groups + group[weight % cols];
        return scales[g] * (code - (zeros[g] & 0xff));
    }

    /** What a weight is. */
    public float value(int weight) {
        return value(weight, codes[weight] & 0xff);
    }
}
