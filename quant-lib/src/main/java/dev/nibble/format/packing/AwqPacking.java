package dev.nibble.format.packing;

/**
 * The words of an AWQ checkpoint of the GEMM version: four bits, eight outputs in a word, in an order made for its
 * kernel. Codes are unsigned, one byte each, [out, in]; the file has the other order.
 *
 * <pre>
 *   qweight   int32 [in, out / 8]        nibble n of word k of row i: output 8k + order[n], order = 0 2 4 6 1 3 5 7
 *   qzeros    int32 [groups, out / 8]    the same order
 * </pre>
 *
 * Source: AutoAWQ, WQLinear_GEMM.from_linear; reference page 1.6.
 */
public final class AwqPacking {
    private static final int[] ORDER = {0, 2, 4, 6, 1, 3, 5, 7};
    private static final int PER_WORD = 8;

    private AwqPacking() {}

    /**
     * qweight of a whole matrix.
     *
     * @param codes [out, in], 0 .. 15
     * @throws IllegalArgumentException if {@code out} is not a multiple of 8
     */
    public static int[] packWeights(byte[] codes, int out, int in) {
        DenseWords.requireLength("codes", codes.length, out, in);
        int[] words = new int[Math.multiplyExact(in, wordsPerRow(out))];
        packWeights(codes, 0, out, in, words, out);
        return words;
    }

    /**
     * Some outputs' columns of qweight, for a matrix that is packed piece by piece.
     *
     * @param codes [rows, in], those of the outputs {@code row .. row + rows}, both multiples of 8
     * @param words all of qweight, [in, out / 8]
     */
    public static void packWeights(byte[] codes, int row, int rows, int in, int[] words, int out) {
        int perRow = wordsPerRow(out);
        DenseWords.requireMultiple("outputs of a piece", rows, PER_WORD);
        if (row % PER_WORD != 0) {
            throw new IllegalArgumentException("a piece begins with output " + row + ", which is no multiple of 8");
        }
        DenseWords.requireLength("codes", codes.length, rows, in);
        DenseWords.requireLength("qweight", words.length, in, perRow);
        java.util.Objects.checkFromIndexSize(row, rows, out);
        for (int o = 0; o < rows; o += PER_WORD) {
            for (int i = 0; i < in; i++) {
                int word = 0;
                for (int n = 0; n < PER_WORD; n++) {
                    word |= (codes[(o + ORDER[n]) * in + i] & 15) << (4 * n);
                }
                words[i * perRow + (row + o) / PER_WORD] = word;
            }
        }
    }

    /** Codes [out, in]. */
    public static byte[] unpackWeights(int[] words, int out, int in) {
        int perRow = wordsPerRow(out);
        DenseWords.requireLength("qweight", words.length, in, perRow);
        byte[] codes = new byte[Math.multiplyExact(out, in)];
        for (int k = 0; k < perRow; k++) {
            for (int i = 0; i < in; i++) {
                int word = words[i * perRow + k];
                for (int n = 0; n < PER_WORD; n++) {
                    codes[(k * PER_WORD + ORDER[n]) * in + i] = (byte) (word >>> (4 * n) & 15);
                }
            }
        }
        return codes;
    }

    /** qzeros from zeros [out, groups], the order of our own zeros. */
    public static int[] packZeros(byte[] zeros, int out, int groups) {
        return packWeights(zeros, out, groups);
    }

    /** Zeros [out, groups]. */
    public static byte[] unpackZeros(int[] words, int out, int groups) {
        return unpackWeights(words, out, groups);
    }

    /** Which nibble of its word an output has, 0 the lowest. */
    public static int nibble(int output) {
        for (int n = 0; n < PER_WORD; n++) {
            if (ORDER[n] == output % PER_WORD) {
                return n;
            }
        }
        throw new IllegalArgumentException("output " + output);
    }

    private static int wordsPerRow(int out) {
        DenseWords.requireMultiple("outputs", out, PER_WORD);
        return out / PER_WORD;
    }
}
