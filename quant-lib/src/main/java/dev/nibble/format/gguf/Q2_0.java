package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.DType;
import java.util.Arrays;

/**
 * GGUF Q2_0: 64 weights in 18 bytes (2.25 bits per weight).
 *
 * <pre>
 *   byte 0..1   d, fp16: the largest magnitude
 *   byte 2..17  bits 2j and 2j + 1 of byte 2 + k: weight 4k + j
 * </pre>
 * value = (q - 1) · d. A weight becomes the nearest of -d, 0, d, halves away from 0; the code 3 is read as 2d and never
 * written. Source: ggml, quantize_row_q2_0_ref, dequantize_row_q2_0.
 */
final class Q2_0 extends TernaryBlock {
    Q2_0() {
        super(64, 0);
    }

    @Override
    public DType type() {
        return DType.Q2_0;
    }

    @Override
    public String description() {
        return "-1, 0 or 1 times one float16 scale per 64 weights, the largest magnitude; nearest, halves away from 0; two bits each";
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        super.choose(x, from, row, column, choice, log);
        if (1 / choice.wanted == Float.POSITIVE_INFINITY && choice.wanted > 0) {
            // The inverse of a tiny d is infinite, and C's cast of what is not a number here makes the code 0.
            Arrays.fill(choice.codes, 0);
        }
    }

    @Override
    public void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        SmallKernels.BEST.q2_0(x, from, blocks, out, at);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        for (int k = 0; k < 16; k++) {
            int packed = 0;
            for (int j = 0; j < 4; j++) {
                packed |= choice.codes[4 * k + j] << (2 * j);
            }
            out[at + 2 + k] = (byte) packed;
        }
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.codes(64, 0, 3);
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, 64), 0);
        for (int i = 0; i < 64; i++) {
            fields.code(i, BlockFields.run(2 + i / 4, i % 4 * 2, 2, 0));
        }
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 18, to += 64) {
            float d = Halves.get(in, at);
            for (int j = 0; j < 64; j++) {
                out[to + j] = ((in[at + 2 + j / 4] >>> (j % 4 * 2) & 3) - 1) * d;
            }
        }
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return in[at + 2 + i / 4] >>> (i % 4 * 2) & 3;
    }
}
