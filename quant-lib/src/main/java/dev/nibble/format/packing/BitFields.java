package dev.nibble.format.packing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Unsigned fields of 1 to 8 bits, one after the other without gaps, the first in the lowest bits of the first byte: the
 * dense little-endian stream of compressed-tensors and GPTQ.
 *
 * <pre>
 *   4 bits   byte 0 = field 1 &lt;&lt; 4 | field 0
 *   3 bits   byte 0 = low 2 bits of field 2 &lt;&lt; 6 | field 1 &lt;&lt; 3 | field 0,   byte 1 begins with the rest of field 2
 * </pre>
 */
public final class BitFields {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_BYTE = 0x0101010101010101L;

    private BitFields() {}

    /** Bytes that {@code count} fields take, the last one filled up with zero bits. */
    public static int bytes(int count, int bits) {
        return Math.toIntExact(((long) count * bits + 7) / 8);
    }

    /** Field {@code index} of the run that begins at byte {@code at}. */
    public static int get(byte[] packed, int at, int index, int bits) {
        long bit = (long) index * bits;
        int i = at + (int) (bit >>> 3);
        int shift = (int) (bit & 7);
        int pair = packed[i] & 0xff;
        if (shift + bits > 8) { // only then does the field reach into the next byte, which need not exist otherwise
            pair |= (packed[i + 1] & 0xff) << 8;
        }
        return (pair >>> shift) & ((1 << bits) - 1);
    }

    /** Writes {@code count} fields, the low bits of {@code fields[from + i]}, to the bytes from {@code at} on. */
    public static void pack(byte[] fields, int from, int count, int bits, byte[] packed, int at) {
        int mask = (1 << bits) - 1;
        int pending = 0;
        int have = 0;
        int out = at;
        int begin = from;
        for (; begin <= from + count - 8; begin += 8) { // eight fields at a time: one instruction where there is BMI2
            long eight = Long.compress((long) LONGS.get(fields, begin), mask * EACH_BYTE);
            for (int b = 0; b < bits; b++, eight >>>= 8) {
                packed[out++] = (byte) eight;
            }
        }
        for (int i = begin; i < from + count; i++) {
            pending |= (fields[i] & mask) << have;
            have += bits;
            while (have >= 8) {
                packed[out++] = (byte) pending;
                pending >>>= 8;
                have -= 8;
            }
        }
        if (have > 0) {
            packed[out] = (byte) pending;
        }
    }

    /** Reads {@code count} fields into {@code fields[to + i]}, each 0 .. 2^bits - 1 (as an unsigned byte). */
    public static void unpack(byte[] packed, int at, int count, int bits, byte[] fields, int to) {
        int mask = (1 << bits) - 1;
        int pending = 0;
        int have = 0;
        int in = at;
        int begin = to;
        for (; begin <= to + count - 8; begin += 8) {
            long eight = 0;
            for (int b = 0; b < bits; b++) {
                eight |= (packed[in++] & 0xffL) << (8 * b);
            }
            LONGS.set(fields, begin, Long.expand(eight, mask * EACH_BYTE));
        }
        for (int i = begin; i < to + count; i++) {
            if (have < bits) {
                pending |= (packed[in++] & 0xff) << have;
                have += 8;
            }
            fields[i] = (byte) (pending & mask);
            pending >>>= bits;
            have -= bits;
        }
    }

    /** Packs the fields of a matrix, [rows, cols], each row from a byte of its own. */
    public static byte[] packRows(byte[] fields, int rows, int cols, int bits) {
        int rowBytes = bytes(cols, bits);
        byte[] packed = new byte[Math.multiplyExact(rows, rowBytes)];
        for (int row = 0; row < rows; row++) {
            pack(fields, row * cols, cols, bits, packed, row * rowBytes);
        }
        return packed;
    }

    /** The fields of a matrix, [rows, cols], whose rows begin with a byte of their own. */
    public static byte[] unpackRows(byte[] packed, int rows, int cols, int bits) {
        int rowBytes = bytes(cols, bits);
        byte[] fields = new byte[Math.multiplyExact(rows, cols)];
        for (int row = 0; row < rows; row++) {
            unpack(packed, row * rowBytes, cols, bits, fields, row * cols);
        }
        return fields;
    }
}
