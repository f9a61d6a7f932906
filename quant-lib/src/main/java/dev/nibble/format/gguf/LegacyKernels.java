package dev.nibble.format.gguf;

import dev.nibble.compute.Provider;

/**
 * The loops of the block types of 32 weights, for many blocks that follow each other. Stateless; arguments are trusted
 * and finite.
 */
interface LegacyKernels {
    /** Weights of a block. */
    int SIZE = 32;

    /** What runs in this process. */
    LegacyKernels BEST =
            Provider.choose(LegacyKernels.class, new LegacyScalar(), "dev.nibble.format.gguf.LegacyVector");

    /**
     * Where codes of four or five bits stand in a block.
     *
     * @param bytes of a block
     * @param low first of the 16 bytes whose low nibbles belong to weights 0..15, the high ones to 16..31
     * @param high first of the 4 bytes of fifth bits, bit j for weight j; negative if there are none
     */
    record Layout(int bytes, int low, int high) {
        int top() {
            return high < 0 ? 15 : 31;
        }
    }

    /** The first largest magnitude of each block, with its sign; +0 if all are 0. */
    void firstLargest(float[] x, int from, int blocks, float[] max);

    /** {@code d / divisor} in place, and the inverses of that; 0 of 0. */
    void scales(float[] d, int blocks, float divisor, float[] inverses);

    /** Smallest and largest weight of each block; of equal ones the first, as far as 0 and −0 are concerned. */
    void extremes(float[] x, int from, int blocks, float[] low, float[] high);

    /**
     * Codes {@code min(top, (int8) ((x − low) · inverse + add))}, with the casts of C, into blocks.
     *
     * @param lows one per block
     * @param inverses one per block
     */
    void pack(
            float[] x, int from, int blocks, float[] lows, float[] inverses, float add, Layout to, byte[] out, int at);

    /** Values {@code (code − offset) · scale + min}, the sum only if {@code mins} is not null. */
    void unpack(
            byte[] in, int at, int blocks, Layout of, int offset, float[] scales, float[] mins, float[] out, int to);

    /**
     * Codes {@code (int8) roundf(x · inverse)} as bytes.
     *
     * @param header bytes of a block before its codes
     */
    void packBytes(float[] x, int from, int blocks, float[] inverses, int header, byte[] out, int at);
}
