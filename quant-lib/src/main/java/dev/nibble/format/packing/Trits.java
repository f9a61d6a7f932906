package dev.nibble.format.packing;

/**
 * Numbers 0, 1, 2, five in a byte: 1.6 bits each, where two bits would be 2 and log2(3) is 1.585.
 *
 * <pre>
 *   byte k = t0 + 3 t1 + 9 t2 + 27 t3 + 81 t4 of the fields 5k .. 5k+4, 0 .. 242; fields beyond the last count as 0
 * </pre>
 */
public final class Trits {
    /** Fields in a byte. */
    public static final int PER_BYTE = 5;

    /** Bytes from this one on, unsigned, mean nothing. */
    public static final int VALUES = 243;

    private static final int[] POWERS = {1, 3, 9, 27, 81};

    private Trits() {}

    /** Bytes that {@code count} fields take. */
    public static int bytes(int count) {
        return count == 0 ? 0 : (count - 1) / PER_BYTE + 1;
    }

    /** Field {@code index} of the run that begins at byte {@code at}. */
    public static int get(byte[] packed, int at, int index) {
        return (packed[at + index / PER_BYTE] & 0xff) / POWERS[index % PER_BYTE] % 3;
    }

    /** Writes {@code count} fields, {@code fields[from + i]}, to the bytes from {@code at} on. */
    public static void pack(byte[] fields, int from, int count, byte[] packed, int at) {
        int i = from;
        int end = from + count;
        int out = at;
        for (; i <= end - PER_BYTE; i += PER_BYTE) {
            packed[out++] = (byte)
                    (fields[i] + 3 * fields[i + 1] + 9 * fields[i + 2] + 27 * fields[i + 3] + 81 * fields[i + 4]);
        }
        if (i < end) {
            int rest = 0;
            for (int k = end - 1; k >= i; k--) {
                rest = rest * 3 + fields[k];
            }
            packed[out] = (byte) rest;
        }
    }

    /** Reads {@code count} fields into {@code fields[to + i]}. */
    public static void unpack(byte[] packed, int at, int count, byte[] fields, int to) {
        for (int i = 0, in = at; i < count; in++) {
            int rest = packed[in] & 0xff;
            for (int k = 0; k < PER_BYTE && i < count; k++, i++) {
                fields[to + i] = (byte) (rest % 3);
                rest /= 3;
            }
        }
    }

    /** The place of the first byte in the range that stands for no five fields, or -1. */
    public static int firstInvalid(byte[] packed, int from, int to) {
        for (int i = from; i < to; i++) {
            if ((packed[i] & 0xff) >= VALUES) {
                return i;
            }
        }
        return -1;
    }
}
