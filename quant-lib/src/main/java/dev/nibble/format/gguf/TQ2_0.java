package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.DType;

/**
 * GGUF TQ2_0: 256 weights of three values each in 66 bytes (2.0625 bits per weight).
 *
 * <pre>
 *   byte 0..63   two bits per weight: bits 2l and 2l + 1 of byte 32h + m belong to weight 128h + 32l + m
 *   byte 64..65  d, fp16: the largest magnitude
 * </pre>
 * value = (q - 1) · d; a weight becomes the nearest of -d, 0, d, halves away from 0; the code 3 is read as 2d and never
 * written. Source: ggml, quantize_row_tq2_0_ref, dequantize_row_tq2_0.
 */
final class TQ2_0 extends TernaryBlock {
    TQ2_0() {
        super(256, 64);
    }

    @Override
    public DType type() {
        return DType.TQ2_0;
    }

    @Override
    public String description() {
        return "-1, 0 or 1 times one float16 scale per 256 weights, the largest magnitude; nearest, halves away from 0; two bits each";
    }

    @Override
    public void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        SmallKernels.BEST.tq2_0(x, from, blocks, out, at);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        for (int k = 0; k < 64; k++) {
            int packed = 0;
            for (int l = 0; l < 4; l++) {
                packed |= choice.codes[k / 32 * 128 + 32 * l + k % 32] << (2 * l);
            }
            out[at + k] = (byte) packed;
        }
        Halves.put(out, at + 64, choice.d);
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.codes(256, 0, 3);
    }

    @Override
    void name(BlockFields fields) {
        for (int i = 0; i < 256; i++) {
            fields.code(i, BlockFields.run(i / 128 * 32 + i % 32, i / 32 % 4 * 2, 2, 0));
        }
        fields.half(Role.SCALE, "d", BlockFields.weights(0, 256), 64);
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 66, to += 256) {
            float d = Halves.get(in, at + 64);
            for (int half = 0; half < 2; half++) {
                for (int l = 0; l < 4; l++) {
                    for (int m = 0; m < 32; m++) {
                        int q = in[at + 32 * half + m] >>> (2 * l) & 3;
                        out[to + 128 * half + 32 * l + m] = (q - 1) * d;
                    }
                }
            }
        }
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return in[at + i / 128 * 32 + i % 32] >>> (i / 32 % 4 * 2) & 3;
    }
}
