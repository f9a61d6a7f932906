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

    /** Packs the low two bits of 256 codes. */
    static void pack(int[] codes, byte[] out, int at) {
        for (int half = 0; half < 2; half++) {
            int q = half * 128;
            for (int l = 0; l < 32; l++) {
                out[at + half * 32 + l] = (byte) ((codes[q + l] & 3)
                        | (codes[q + l + 32] & 3) << 2
                        | (codes[q + l + 64] & 3) << 4
                        | (codes[q + l + 96] & 3) << 6);
            }
        }
    }
}
