package dev.nibble.format.packing;

import java.util.Locale;

/**
 * The words of a GPTQ checkpoint, 2, 3, 4 or 8 bits. Codes are unsigned, one byte each, [out, in] row after row as
 * everywhere here; the file has them packed along the input, the other way round.
 *
 * <pre>
 *   qweight   int32 [in · bits / 32, out]       column o: the codes of output o, the first in the lowest bits of row 0
 *   qzeros    int32 [groups, out · bits / 32]   row g: the zeros of group g, output 0 in the lowest bits
 *   g_idx     int32 [in]                        group of each input
 *
 *   w[o, i] = scales[g, o] · (q[o, i] - z[g, o]),   g = g_idx[i]
 * </pre>
 *
 * Three bits are one dense stream: 32 codes in three words. Version 1 ({@code checkpoint_format: gptq}) stores z - 1,
 * of z = 0 all ones; version 2 ({@code gptq_v2}) stores z. Source: AutoGPTQ and GPTQModel, QuantLinear.pack; reference
 * page 1.5.
 */
public final class GptqPacking {
    /** Which zeros a file holds. */
    public enum Version {
        /** Zeros less one. */
        V1,
        /** Zeros as they are. */
        V2
    }

    private static final String NAME = "a GPTQ checkpoint";

    private GptqPacking() {}

    /** Rows of qweight for {@code in} inputs. */
    public static int wordRows(int in, int bits) {
        check(in, bits);
        return DenseWords.words(in, bits);
    }

    /**
     * qweight of a whole matrix.
     *
     * @param codes [out, in], 0 .. 2^bits - 1
     * @throws IllegalArgumentException if {@code in · bits} is not a multiple of 32, or of 3 bits {@code in} of 32
     */
    public static int[] packWeights(byte[] codes, int out, int in, int bits) {
        DenseWords.requireLength("codes", codes.length, out, in);
        int[] words = new int[Math.multiplyExact(wordRows(in, bits), out)];
        packWeights(codes, 0, out, in, bits, words, out);
        return words;
    }

    /**
     * Some outputs' columns of qweight, for a matrix that is packed piece by piece.
     *
     * @param codes [rows, in], those of the outputs {@code row .. row + rows}
     * @param words all of qweight, [in · bits / 32, out]
     */
    public static void packWeights(byte[] codes, int row, int rows, int in, int bits, int[] words, int out) {
        check(in, bits);
        DenseWords.requireLength("codes", codes.length, rows, in);
        DenseWords.requireLength("qweight", words.length, wordRows(in, bits), out);
        java.util.Objects.checkFromIndexSize(row, rows, out);
        for (int o = 0; o < rows; o++) {
            DenseWords.pack(codes, o * in, 1, in, bits, 0, words, row + o, out);
        }
    }

    /** Codes [rows, in] of the outputs {@code row .. row + rows} from all of qweight, [in · bits / 32, out]. */
    public static byte[] unpackWeights(int[] words, int out, int in, int bits, int row, int rows) {
        check(in, bits);
        DenseWords.requireLength("qweight", words.length, wordRows(in, bits), out);
        java.util.Objects.checkFromIndexSize(row, rows, out);
        byte[] codes = new byte[Math.multiplyExact(rows, in)];
        for (int o = 0; o < rows; o++) {
            DenseWords.unpack(words, row + o, out, in, bits, 0, 0xff, codes, o * in, 1);
        }
        return codes;
    }

    /** All codes, [out, in]. */
    public static byte[] unpackWeights(int[] words, int out, int in, int bits) {
        return unpackWeights(words, out, in, bits, 0, out);
    }

    /**
     * qzeros.
     *
     * @param zeros [out, groups], 0 .. 2^bits - 1: the order of our own zeros
     * @throws IllegalArgumentException if {@code out · bits} is not a multiple of 32, or of 3 bits {@code out} of 32
     */
    public static int[] packZeros(byte[] zeros, int out, int groups, int bits, Version version) {
        check(out, bits);
        DenseWords.requireLength("zeros", zeros.length, out, groups);
        int perRow = DenseWords.words(out, bits);
        int[] words = new int[Math.multiplyExact(groups, perRow)];
        for (int g = 0; g < groups; g++) {
            DenseWords.pack(zeros, g, groups, out, bits, version == Version.V1 ? -1 : 0, words, g * perRow, 1);
        }
        return words;
    }

    /**
     * Zeros [out, groups], 0 .. 2^bits - 1. Of version 1 a field of all ones is read as 0, as it was meant; some older
     * kernels read it as 2^bits.
     */
    public static byte[] unpackZeros(int[] words, int out, int groups, int bits, Version version) {
        check(out, bits);
        int perRow = DenseWords.words(out, bits);
        DenseWords.requireLength("qzeros", words.length, groups, perRow);
        byte[] zeros = new byte[Math.multiplyExact(out, groups)];
        int mask = (1 << bits) - 1;
        for (int g = 0; g < groups; g++) {
            DenseWords.unpack(words, g * perRow, 1, out, bits, version == Version.V1 ? 1 : 0, mask, zeros, g, groups);
        }
        return zeros;
    }

    /** The group of each input where groups follow each other: i / group. */
    public static int[] groupIndex(int in, int group) {
        if (group < 1) {
            throw new IllegalArgumentException("a group of " + group + " inputs");
        }
        int[] index = new int[in];
        for (int i = 0; i < in; i++) {
            index[i] = i / group;
        }
        return index;
    }

    /**
     * The zeros of version 2 from those of version 1 by adding one to every field, which is right as long as no zero is
     * 0; {@link #unpackZeros} and {@link #packZeros} are right for that too. Of 3 bits the two fields that lie across
     * words carry from one to the next; adding the constants word by word would lose that.
     *
     * @param words [groups, out · bits / 32]; of 3 bits rows of a multiple of three words
     */
    public static int[] version2(int[] words, int bits) {
        int[] add = switch (bits) {
            case 2 -> new int[] {0x55555555};
            case 3 -> new int[] {0x49249249, 0x92492492, 0x24924924};
            case 4 -> new int[] {0x11111111};
            case 8 -> new int[] {0x01010101};
            default -> {
                DenseWords.requireBits(NAME, bits, 2, 3, 4, 8);
                throw new AssertionError();
            }
        };
        DenseWords.requireMultiple("words of qzeros", words.length, add.length);
        int[] sums = new int[words.length];
        long carry = 0;
        for (int i = 0; i < words.length; i++) {
            int k = i % add.length;
            long sum = (words[i] & 0xffffffffL) + (add[k] & 0xffffffffL) + (k == 0 ? 0 : carry);
            sums[i] = (int) sum;
            carry = sum >>> 32;
        }
        return sums;
    }

    /**
     * Which version the zeros of a symmetric matrix are of, since some files say the wrong one: all fields are
     * 2^(bits-1) - 1 in version 1 and 2^(bits-1) in version 2.
     *
     * @return null if the zeros are not all one of these
     */
    public static Version versionOfSymmetric(int[] words, int out, int groups, int bits) {
        byte[] fields = unpackZeros(words, out, groups, bits, Version.V2);
        int half = 1 << (bits - 1);
        boolean v1 = fields.length > 0;
        boolean v2 = v1;
        for (byte field : fields) {
            v1 &= (field & 0xff) == half - 1;
            v2 &= (field & 0xff) == half;
        }
        return v1 ? Version.V1 : v2 ? Version.V2 : null;
    }

    private static void check(int count, int bits) {
        DenseWords.requireBits(NAME, bits, 2, 3, 4, 8);
        DenseWords.requireMultiple(
                String.format(Locale.ROOT, "inputs or outputs packed in %d bits", bits),
                count,
                bits == 3 ? 32 : 32 / bits);
    }
}
