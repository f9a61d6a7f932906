package dev.nibble.format.gguf;

import dev.nibble.tensor.DType;

/**
 * GGUF Q4_1: 32 weights in 20 bytes (5 bits per weight).
 *
 * <pre>
 *   byte 0..1   d, fp16: (max - min) / 15
 *   byte 2..3   m, fp16: min
 *   byte 4..19  low nibble of byte 4 + j: weight j; high nibble: weight j + 16
 * </pre>
 * value = nibble · d + m, two roundings. Source: ggml, dequantize_row_q4_1.
 */
public final class Q4_1 implements BlockDecoder {
    @Override
    public DType type() {
        return DType.Q4_1;
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 20, to += 32) {
            float d = Halves.get(in, at);
            float m = Halves.get(in, at + 2);
            for (int j = 0; j < 16; j++) {
                int pair = in[at + 4 + j];
                out[to + j] = (pair & 15) * d + m;
                out[to + j + 16] = (pair >>> 4 & 15) * d + m;
            }
        }
    }
}
