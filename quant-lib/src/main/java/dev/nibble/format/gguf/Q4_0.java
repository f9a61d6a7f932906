package dev.nibble.format.gguf;

import dev.nibble.tensor.DType;

/**
 * GGUF Q4_0: 32 weights in 18 bytes (4.5 bits per weight).
 *
 * <pre>
 *   byte 0..1   d, fp16: the weight with the largest magnitude, divided by -8
 *   byte 2..17  low nibble of byte 2 + j: weight j; high nibble: weight j + 16
 * </pre>
 * value = (nibble - 8) · d. Source: ggml, dequantize_row_q4_0.
 */
public final class Q4_0 implements BlockDecoder {
    @Override
    public DType type() {
        return DType.Q4_0;
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 18, to += 32) {
            float d = Halves.get(in, at);
            for (int j = 0; j < 16; j++) {
                int pair = in[at + 2 + j];
                out[to + j] = ((pair & 15) - 8) * d;
                out[to + j + 16] = ((pair >>> 4 & 15) - 8) * d;
            }
        }
    }
}
