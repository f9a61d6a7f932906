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

    /**
     * Whole blocks of a scale and codes {@code min(top, (int8) (x / d + half + 0.5))}, where d is the first largest
     * magnitude, with its sign, over −half; with the casts of C.
     *
     * @param x perhaps not finite: the bytes are then of no use
     * @return the largest magnitude, as {@link dev.nibble.compute.Reductions#absmax}
     */
    float symmetric(float[] x, int from, int blocks, Layout to, byte[] out, int at);

    /**
     * Whole blocks of a scale d, a minimum and codes {@code min(top, (int8) ((x − minimum) / d + 0.5))}, where d is the
     * range over top; of equal extremes the first counts, as far as 0 and −0 are concerned.
     *
     * @return as {@link #symmetric}
     */
    float affine(float[] x, int from, int blocks, Layout to, byte[] out, int at);

    /**
     * Blocks of the scale absmax / 127 and codes {@code (int8) roundf(x / d)} as bytes.
     *
     * @param header bytes of a block before its codes, of which the scale takes the first two
     * @param wanted receives the scales before they were rounded to fp16
     * @return as {@link #symmetric}
     */
    float bytes(float[] x, int from, int blocks, int header, float[] wanted, byte[] out, int at);

    /** Values {@code (code − offset) · scale + min}, the sum only if {@code mins} is not null. */
    void unpack(
            byte[] in, int at, int blocks, Layout of, int offset, float[] scales, float[] mins, float[] out, int to);
}
