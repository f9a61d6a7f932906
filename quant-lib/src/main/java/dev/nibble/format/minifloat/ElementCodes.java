package dev.nibble.format.minifloat;

import dev.nibble.format.minifloat.MinifloatKernels.Groups;
import dev.nibble.format.packing.BitFields;
import dev.nibble.format.packing.Nibbles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Codes of any width in bytes: without gaps, the first in the lowest bits, which for 16 and 32 bits is the usual
 * little-endian order. A row is filled up to whole bytes. Runs begin at a multiple of 8 weights of a row.
 */
final class ElementCodes {
    private ElementCodes() {}

    /** Bytes of a row. */
    static long rowBytes(int cols, int bits) {
        return ((long) cols * bits + 7) / 8;
    }

    /** How codes lie, in words. */
    static String encoding(int bits) {
        return switch (bits) {
            case 8 -> "8 bits";
            case 16, 32 -> bits + " bits little-endian";
            default -> bits + " bits, first weight in the lowest bits, rows of whole bytes";
        };
    }

    /** Encodes a run of weights to the bytes from {@code at} on; {@code room} holds as many bytes as the run weights. */
    static void encode(
            float[] x,
            int from,
            int count,
            Groups groups,
            boolean divide,
            FloatElement e,
            byte[] out,
            int at,
            byte[] room) {
        int bits = e.bits();
        if (bits == 8) {
            MinifloatKernels.BEST.encode(x, from, count, groups, divide, e, out, at);
        } else if (bits < 8) {
            MinifloatKernels.BEST.encode(x, from, count, groups, divide, e, room, 0);
            if (bits == 4) {
                Nibbles.BEST.pack(room, 0, count, false, out, at);
            } else {
                BitFields.pack(room, 0, count, bits, out, at);
            }
        } else if (bits == 32) {
            ByteBuffer.wrap(out, at, 4 * count)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .put(x, from, count);
        } else if (isPlain(groups) && e.ties() == Ties.EVEN && Minifloat.FP16.equals(e.type())) {
            MinifloatKernels.BEST.encodeFp16(x, from, count, out, at);
        } else if (isPlain(groups) && e.ties() == Ties.EVEN && Minifloat.BF16.equals(e.type())) {
            MinifloatKernels.BEST.encodeBf16(x, from, count, out, at);
        } else {
            encodeWide(x, from, count, groups, divide, e, out, at);
        }
    }

    private static boolean isPlain(Groups groups) {
        return groups.factors().length == 1 && groups.factors()[0] == 1;
    }

    /** Codes of 9 to 16 bits, one by one. */
    private static void encodeWide(
            float[] x, int from, int count, Groups groups, boolean divide, FloatElement e, byte[] out, int at) {
        long pending = 0;
        int have = 0;
        int to = at;
        for (int i = 0; i < count; i++) {
            float factor = groups.factors()[group(groups, i)];
            float w = x[from + i];
            long code = factor == 0 ? 0 : e.code(divide ? w / factor : w * factor);
            pending |= code << have;
            for (have += e.bits(); have >= 8; have -= 8) {
                out[to++] = (byte) pending;
                pending >>>= 8;
            }
        }
        if (have > 0) {
            out[to] = (byte) pending;
        }
    }

    /** Decodes a run from the bytes from {@code at} on to {@code y[to ..)}. */
    static void decode(byte[] in, int at, int count, Groups groups, FloatElement e, float[] y, int to, byte[] room) {
        int bits = e.bits();
        if (bits == 8) {
            MinifloatKernels.BEST.decode(in, at, count, groups, e, y, to);
        } else if (bits < 8) {
            if (bits == 4) {
                Nibbles.BEST.unpack(in, at, count, false, room, 0);
            } else {
                BitFields.unpack(in, at, count, bits, room, 0);
            }
            MinifloatKernels.BEST.decode(room, 0, count, groups, e, y, to);
        } else if (bits == 32) {
            ByteBuffer.wrap(in, at, 4 * count)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(y, to, count);
        } else if (isPlain(groups) && Minifloat.FP16.equals(e.type())) {
            MinifloatKernels.BEST.decodeFp16(in, at, count, y, to);
        } else if (isPlain(groups) && Minifloat.BF16.equals(e.type())) {
            MinifloatKernels.BEST.decodeBf16(in, at, count, y, to);
        } else {
            for (int i = 0; i < count; i++) {
                y[to + i] = e.value(get(in, at, i, bits)) * groups.factors()[group(groups, i)];
            }
        }
    }

    private static int group(Groups groups, int i) {
        return groups.at() + (i < groups.first() ? 0 : (i - groups.first()) / groups.size() + 1);
    }

    /** Code {@code index} of the row that begins at byte {@code at}. */
    static int get(byte[] in, int at, int index, int bits) {
        long bit = (long) index * bits;
        int first = at + (int) (bit >>> 3);
        int last = at + (int) ((bit + bits - 1) >>> 3);
        long word = 0;
        for (int i = last; i >= first; i--) {
            word = word << 8 | (in[i] & 0xff);
        }
        return (int) ((word >>> (bit & 7)) & ((1L << bits) - 1));
    }

    /** Writes code {@code index} of the row that begins at byte {@code at}, where only zero bits were. */
    static void put(byte[] out, int at, int index, int bits, int code) {
        long bit = (long) index * bits;
        long word = (code & ((1L << bits) - 1)) << (bit & 7);
        for (int i = at + (int) (bit >>> 3); word != 0; i++, word >>>= 8) {
            out[i] |= (byte) word;
        }
    }
}
