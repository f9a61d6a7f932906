package dev.nibble.format.codebook;

import dev.nibble.format.BitRun;
import dev.nibble.format.packing.BitFields;
import dev.nibble.format.packing.Nibbles;
import java.util.ArrayList;
import java.util.List;

/**
 * How the codes of a matrix lie in one part, without gaps from the first weight to the last.
 *
 * <pre>
 *   4 bits   two in a byte, the first in the high nibble, as bitsandbytes writes them
 *   8 bits   one in a byte
 *   else     a dense little-endian stream, the first code in the lowest bits of the first byte
 * </pre>
 */
final class CodeStream {
    private CodeStream() {}

    /** The encoding in words. */
    static String encoding(int bits) {
        return switch (bits) {
            case 4 -> "4 bits, first weight in the high nibble";
            case 8 -> "8 bits";
            default -> bits + (bits == 1 ? " bit" : " bits") + ", a dense stream, first weight in the lowest bits";
        };
    }

    static long bytes(long count, int bits) {
        return Math.ceilDiv(Math.multiplyExact(count, bits), 8);
    }

    /** How many weights it takes, at least, until a code begins with a byte again. */
    static int unit(int bits) {
        return 8 / Math.min(8, Integer.lowestOneBit(bits));
    }

    /** Writes {@code codes[0 .. count)} as those of the weights from {@code first} on, a multiple of {@link #unit}. */
    static void pack(byte[] codes, int count, int bits, byte[] packed, int first) {
        int at = (int) ((long) first * bits / 8);
        switch (bits) {
            case 4 -> Nibbles.BEST.pack(codes, 0, count, true, packed, at);
            case 8 -> System.arraycopy(codes, 0, packed, at, count);
            default -> BitFields.pack(codes, 0, count, bits, packed, at);
        }
    }

    /** Reads the codes of {@code count} weights from {@code first} on, a multiple of {@link #unit}. */
    static void unpack(byte[] packed, int first, int count, int bits, byte[] codes) {
        int at = (int) ((long) first * bits / 8);
        switch (bits) {
            case 4 -> Nibbles.BEST.unpack(packed, at, count, true, codes, 0);
            case 8 -> System.arraycopy(packed, at, codes, 0, count);
            default -> BitFields.unpack(packed, at, count, bits, codes, 0);
        }
    }

    /** The code of one weight. */
    static int get(byte[] packed, int index, int bits) {
        return bits == 4 ? packed[index / 2] >>> (index % 2 == 0 ? 4 : 0) & 15 : BitFields.get(packed, 0, index, bits);
    }

    /** Where the bits of one code are. */
    static BitRun run(int part, int index, int bits) {
        long bit = (long) index * bits;
        return bits == 4 ? new BitRun(part, bit ^ 4, 4) : new BitRun(part, bit, bits);
    }

    /** The bits after the last code; none if the codes end with a byte. */
    static List<BitRun> padding(int part, long count, int bits) {
        long end = Math.multiplyExact(count, bits);
        int left = (int) (bytes(count, bits) * 8 - end);
        List<BitRun> runs = new ArrayList<>();
        if (left > 0) {
            runs.add(bits == 4 ? new BitRun(part, end - 4, 4) : new BitRun(part, end, left));
        }
        return runs;
    }
}
