package dev.nibble.format.gguf;

import dev.nibble.tensor.DType;

/**
 * GGUF Q8_0: 32 weights in 34 bytes (8.5 bits per weight).
 *
 * <pre>
 *   byte 0..1   d, fp16: absmax / 127
 *   byte 2..33  one signed byte per weight
 * </pre>
 * value = byte · d. Source: ggml, dequantize_row_q8_0.
 */
public final class Q8_0 implements BlockDecoder {
    @Override
    public DType type() {
        return DType.Q8_0;
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 34, to += 32) {
            float d = Halves.get(in, at);
            for (int j = 0; j < 32; j++) {
                out[to + j] = in[at + 2 + j] * d;
            }
        }
    }
}
