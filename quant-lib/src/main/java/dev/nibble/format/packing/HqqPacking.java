package dev.nibble.format.packing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * The bytes of HQQ's {@code W_q}: the rows of the codes cut into as many planes as codes fit a number, and the planes
 * laid over each other, the first plane in the highest bits. Rows are groups: with axis 1, codes as
 * [out · in / group, group].
 *
 * <pre>
 *   8, 6, 5 bits   u8 [rows, cols]
 *   4, 2, 1 bits   u8 [rows / n, cols], n = 2, 4, 8 planes of rows / n rows each
 *   3 bits         int32 little-endian [ceil(rows / 10), cols], ten planes in bits 29 .. 0, rows filled up with zeros
 * </pre>
 *
 * Source: hqq 0.2.8, BitPack.
 */
public final class HqqPacking {
    private HqqPacking() {}

    /** Codes in one number. */
    private static int planes(int bits) {
        DenseWords.requireBits("HQQ", bits, 1, 2, 3, 4, 5, 6, 8);
        return bits == 3 ? 10 : bits > 4 ? 1 : 8 / bits;
    }

    private static int packedRows(int rows, int bits) {
        int planes = planes(bits);
        if (bits == 3) {
            return (rows + planes - 1) / planes;
        }
        if (rows % planes != 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "HQQ packs %d codes of %d bits in a byte, but %d rows do not divide by that",
                    planes,
                    bits,
                    rows));
        }
        return rows / planes;
    }

    /** Bytes of the packed codes. */
    public static int bytes(int rows, int cols, int bits) {
        return Math.multiplyExact(packedRows(rows, bits), cols) * (bits == 3 ? 4 : 1);
    }

    /**
     * @param codes [rows, cols], 0 .. 2^bits - 1
     * @throws IllegalArgumentException if the rows do not divide into the planes
     */
    public static byte[] pack(byte[] codes, int rows, int cols, int bits) {
        DenseWords.requireLength("codes", codes.length, rows, cols);
        ByteBuffer packed = ByteBuffer.allocate(bytes(rows, cols, bits)).order(ByteOrder.LITTLE_ENDIAN);
        int planes = planes(bits);
        int plane = packedRows(rows, bits) * cols;
        for (int i = 0; i < plane; i++) {
            int number = 0;
            for (int p = 0; p < planes; p++) {
                int at = p * plane + i;
                number = number << bits | (at < codes.length ? codes[at] & 0xff : 0);
            }
            if (bits == 3) {
                packed.putInt(number);
            } else {
                packed.put((byte) number);
            }
        }
        return packed.array();
    }

    /** Codes [rows, cols]. */
    public static byte[] unpack(byte[] packed, int rows, int cols, int bits) {
        DenseWords.requireLength("W_q", packed.length, bytes(rows, cols, bits), 1);
        ByteBuffer in = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
        byte[] codes = new byte[Math.multiplyExact(rows, cols)];
        int planes = planes(bits);
        int plane = packedRows(rows, bits) * cols;
        int mask = (1 << bits) - 1;
        for (int i = 0; i < plane; i++) {
            int number = bits == 3 ? in.getInt() : in.get() & 0xff;
            for (int p = 0; p < planes; p++) {
                int at = p * plane + i;
                if (at < codes.length) {
                    codes[at] = (byte) (number >>> (bits * (planes - 1 - p)) & mask);
                }
            }
        }
        return codes;
    }
}
