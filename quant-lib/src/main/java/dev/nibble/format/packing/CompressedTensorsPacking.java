package dev.nibble.format.packing;

/**
 * The words of compressed-tensors' {@code pack-quantized}: 1 to 8 bits, signed codes stored as code + 2^(bits-1), dense
 * along the input.
 *
 * <pre>
 *   weight_packed       int32 [out, ceil(in · bits / 32)]
 *   weight_zero_point   int32 [ceil(out · bits / 32), groups]   packed along the output; asymmetric only
 *   weight_shape        out, in
 * </pre>
 *
 * Source: compressed-tensors 0.20, pack_to_int32.
 */
public final class CompressedTensorsPacking {
    private CompressedTensorsPacking() {}

    /** Words of a row of {@code in} codes. */
    public static int wordsPerRow(int in, int bits) {
        check(bits);
        return DenseWords.words(in, bits);
    }

    /**
     * weight_packed of some rows, which follow each other in the file as they do here.
     *
     * @param codes [rows, in], -2^(bits-1) .. 2^(bits-1) - 1
     */
    public static int[] packWeights(byte[] codes, int rows, int in, int bits) {
        int perRow = wordsPerRow(in, bits);
        DenseWords.requireLength("codes", codes.length, rows, in);
        int[] words = new int[Math.multiplyExact(rows, perRow)];
        for (int r = 0; r < rows; r++) {
            DenseWords.pack(codes, r * in, 1, in, bits, 1 << (bits - 1), words, r * perRow, 1);
        }
        return words;
    }

    /** Codes [rows, in] of so many rows of weight_packed. */
    public static byte[] unpackWeights(int[] words, int rows, int in, int bits) {
        int perRow = wordsPerRow(in, bits);
        DenseWords.requireLength("weight_packed", words.length, rows, perRow);
        byte[] codes = new byte[Math.multiplyExact(rows, in)];
        for (int r = 0; r < rows; r++) {
            DenseWords.unpack(words, r * perRow, 1, in, bits, -(1 << (bits - 1)), -1, codes, r * in, 1);
        }
        return codes;
    }

    /** weight_zero_point from signed zeros [out, groups]. */
    public static int[] packZeros(byte[] zeros, int out, int groups, int bits) {
        check(bits);
        DenseWords.requireLength("zeros", zeros.length, out, groups);
        int[] words = new int[Math.multiplyExact(DenseWords.words(out, bits), groups)];
        for (int g = 0; g < groups; g++) {
            DenseWords.pack(zeros, g, groups, out, bits, 1 << (bits - 1), words, g, groups);
        }
        return words;
    }

    /** Signed zeros [out, groups]. */
    public static byte[] unpackZeros(int[] words, int out, int groups, int bits) {
        check(bits);
        DenseWords.requireLength("weight_zero_point", words.length, DenseWords.words(out, bits), groups);
        byte[] zeros = new byte[Math.multiplyExact(out, groups)];
        for (int g = 0; g < groups; g++) {
            DenseWords.unpack(words, g, groups, out, bits, -(1 << (bits - 1)), -1, zeros, g, groups);
        }
        return zeros;
    }

    private static void check(int bits) {
        DenseWords.requireBits("compressed-tensors", bits, 1, 2, 3, 4, 5, 6, 7, 8);
    }
}
