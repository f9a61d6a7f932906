package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.DType;

/**
 * GGUF Q8_1: 32 weights in 36 bytes (9 bits per weight). ggml makes it of activations, while it computes; no file holds
 * it.
 *
 * <pre>
 *   byte 0..1   d, fp16: absmax / 127
 *   byte 2..3   s, fp16: d · the sum of the codes; decoding does not read it
 *   byte 4..35  one signed byte per weight
 * </pre>
 * value = byte · d, as {@link Q8_0}. Source: ggml, quantize_row_q8_1_ref.
 */
final class Q8_1 extends SignedBytes {
    Q8_1(LegacyKernels kernels) {
        super(4, kernels);
    }

    @Override
    public DType type() {
        return DType.Q8_1;
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        super.choose(x, from, row, column, choice, log);
        int sum = 0;
        for (int q : choice.codes) {
            sum += q;
        }
        choice.min = Halves.round(sum * choice.wanted);
    }

    @Override
    void finish(float[] d, int blocks, byte[] out, int at) {
        for (int b = 0; b < blocks; b++, at += 36) {
            int sum = 0;
            for (int j = 4; j < 36; j++) {
                sum += out[at + j];
            }
            Halves.put(out, at + 2, sum * d[b]);
        }
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        super.pack(choice, out, at);
        Halves.put(out, at + 2, choice.min);
    }

    @Override
    void name(BlockFields fields) {
        super.name(fields);
        fields.half(Role.PADDING, "s (for dot products; not read in decoding)", BlockFields.weights(0, 0), 2);
    }

    @Override
    public String description() {
        return "signed bytes −127 to 127, one float16 scale absmax / 127 per 32 weights, rounded to nearest, ties away from"
                + " zero, and the sum of the block for dot products; ggml's type for activations";
    }

    @Override
    public String specials() {
        return "As q8_0. A sum beyond float16's 65,504 is stored as infinity, as in ggml; decoding does not read it.";
    }
}
