package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;

/**
 * What the four types of 32 weights in four or five bits share: codes 0..15 or 0..31, of which the low four bits of
 * weights j and j + 16 make one byte, and the fifth bits one 32-bit number.
 */
abstract class Small extends ChoosingCodec {
    static final int SIZE = 32;
    private static final float[] NO_WEIGHTS = new float[0];

    /** Codes 0..15 or 0..31. */
    final int top;
    /** Where the fifth bits begin, bit j for weight j; negative if there are none. */
    private final int high;
    /** Where the 16 bytes of low bits begin. */
    private final int low;

    /**
     * @param bits of a code: 4 or 5
     * @param header bytes before the codes
     */
    Small(int bits, int header) {
        this.top = (1 << bits) - 1;
        this.high = bits == 5 ? header : -1;
        this.low = bits == 5 ? header + 4 : header;
    }

    @Override
    public boolean takesImportance() {
        return true;
    }

    @Override
    public boolean usesRowMeanSquare() {
        return true;
    }

    @Override
    Choice newChoice() {
        return new Choice(SIZE);
    }

    /** The weights of the searches: importance · sqrt(mean square of the row + x²). */
    static float[] searchWeights(float[] x, int from, RowContext row, int column) {
        if (!row.hasImportance()) {
            return NO_WEIGHTS;
        }
        float[] weights = new float[SIZE];
        for (int j = 0; j < SIZE; j++) {
            float v = x[from + j];
            weights[j] = row.importance()[column + j] * (float) Math.sqrt(row.meanSquare() + v * v);
        }
        return weights;
    }

    final void packCodes(int[] codes, byte[] out, int at) {
        for (int j = 0; j < 16; j++) {
            out[at + low + j] = (byte) ((codes[j] & 15) | codes[j + 16] << 4);
        }
        if (high >= 0) {
            int fifth = 0;
            for (int j = 0; j < SIZE; j++) {
                fifth |= (codes[j] >>> 4 & 1) << j;
            }
            for (int k = 0; k < 4; k++) {
                out[at + high + k] = (byte) (fifth >>> (8 * k));
            }
        }
    }

    @Override
    public int code(byte[] in, int at, int i) {
        int nibble = in[at + low + i % 16] >>> (i / 16 * 4) & 15;
        return high < 0 ? nibble : nibble | (in[at + high + i / 8] >>> (i % 8) & 1) << 4;
    }

    final void nameCodes(BlockFields fields) {
        for (int i = 0; i < SIZE; i++) {
            var nibble = BlockFields.run(low + i % 16, i / 16 * 4, 4, 0);
            if (high < 0) {
                fields.code(i, nibble);
            } else {
                fields.code(i, nibble, BlockFields.run(high + i / 8, i % 8, 1, 4));
            }
        }
    }

    final void nameHalf(BlockFields fields, Role role, String name, int at) {
        fields.half(role, name, BlockFields.weights(0, SIZE), at);
    }
}
