package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;

/**
 * What the four types of 32 weights in four or five bits share: codes 0..15 or 0..31, of which the low four bits of
 * weights j and j + 16 make one byte, and the fifth bits one 32-bit number.
 */
abstract class Small extends ChoosingCodec {
    static final int SIZE = LegacyKernels.SIZE;
    /** Blocks decoded in one go. */
    static final int BATCH = 128;

    /** Largest code. */
    final int top;

    final LegacyKernels.Layout layout;
    final LegacyKernels kernels;
    final Searches searches;

    /**
     * @param bits of a code: 4 or 5
     * @param header bytes before the codes
     */
    Small(int bits, int header, LegacyKernels kernels, Searches searches) {
        this.top = (1 << bits) - 1;
        this.layout = bits == 5
                ? new LegacyKernels.Layout(header + 20, header + 4, header)
                : new LegacyKernels.Layout(header + 16, header, -1);
        this.kernels = kernels;
        this.searches = searches;
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
    static float[] searchWeights(float[] x, int from, int blocks, RowContext row, int column) {
        float[] weights = new float[blocks * SIZE];
        for (int j = 0; j < weights.length; j++) {
            float v = x[from + j];
            weights[j] = row.importance()[column + j] * (float) Math.sqrt(row.meanSquare() + v * v);
        }
        return weights;
    }

    /** fp16 numbers of many blocks. */
    final float[] getHalves(byte[] in, int at, int count) {
        float[] values = new float[count];
        for (int b = 0; b < count; b++) {
            values[b] = Halves.get(in, at + b * layout.bytes());
        }
        return values;
    }

    @Override
    public int code(byte[] in, int at, int i) {
        int nibble = in[at + layout.low() + i % 16] >>> (i / 16 * 4) & 15;
        return layout.high() < 0 ? nibble : nibble | (in[at + layout.high() + i / 8] >>> (i % 8) & 1) << 4;
    }

    final void nameCodes(BlockFields fields) {
        for (int i = 0; i < SIZE; i++) {
            var nibble = BlockFields.run(layout.low() + i % 16, i / 16 * 4, 4, 0);
            if (layout.high() < 0) {
                fields.code(i, nibble);
            } else {
                fields.code(i, nibble, BlockFields.run(layout.high() + i / 8, i % 8, 1, 4));
            }
        }
    }

    final void nameHalf(BlockFields fields, Role role, String name, int at) {
        fields.half(role, name, BlockFields.weights(0, SIZE), at);
    }
}
