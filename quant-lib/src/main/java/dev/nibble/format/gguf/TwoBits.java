package dev.nibble.format.gguf;

import dev.nibble.format.BitRun;

/**
 * The order of two-bit codes in Q2_K and Q3_K: for each half of 128 weights 32 bytes, of which byte l holds weights l,
 * l + 32, l + 64 and l + 96, the first in the lowest bits.
 */
final class TwoBits {
    private TwoBits() {}

    static int byteOf(int weight) {
        return weight / 128 * 32 + weight % 32;
    }

    static int shiftOf(int weight) {
        return weight % 128 / 32 * 2;
    }

    static int get(byte[] in, int at, int weight) {
        return in[at + byteOf(weight)] >>> shiftOf(weight) & 3;
    }

    static BitRun run(int at, int weight) {
        return BlockFields.run(at + byteOf(weight), shiftOf(weight), 2, 0);
    }

    /** Packs the low two bits of 256 codes of a byte each. */
    static void pack(byte[] codes, byte[] out, int at) {
        for (int half = 0; half < 2; half++) {
            int q = half * 128;
            for (int l = 0; l < 32; l += 8) {
                EightCodes.put(
                        out,
                        at + half * 32 + l,
                        EightCodes.bits(codes, q + l, 0, 2)
                                | EightCodes.bits(codes, q + l + 32, 0, 2) << 2
                                | EightCodes.bits(codes, q + l + 64, 0, 2) << 4
                                | EightCodes.bits(codes, q + l + 96, 0, 2) << 6);
            }
        }
    }
}
