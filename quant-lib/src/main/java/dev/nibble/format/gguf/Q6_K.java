package dev.nibble.format.gguf;

import dev.nibble.tensor.DType;

/**
 * GGUF Q6_K: 256 weights in 210 bytes (6.5625 bits per weight), 16 sub-blocks of 16 weights.
 *
 * <pre>
 *   byte   0..127  ql: the low four bits      for each half of 128 weights 64 bytes: low nibbles of bytes 0..31
 *                                             weights 0..31, of 32..63 weights 32..63; high nibbles 64..95, 96..127
 *   byte 128..191  qh: the high two bits      for each half 32 bytes: bits 0-1 of byte l belong to weight l,
 *                                             bits 2-3 to l + 32, bits 4-5 to l + 64, bits 6-7 to l + 96
 *   byte 192..207  one signed scale per sub-block
 *   byte 208..209  d, fp16
 * </pre>
 * value = d · scale · (q - 32), multiplied from the left. Source: ggml, dequantize_row_q6_K.
 */
public final class Q6_K implements BlockDecoder {
    @Override
    public DType type() {
        return DType.Q6_K;
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 210, to += 256) {
            float d = Halves.get(in, at + 208);
            for (int half = 0; half < 2; half++) {
                int ql = at + half * 64;
                int qh = at + 128 + half * 32;
                int scales = at + 192 + half * 8;
                int y = to + half * 128;
                for (int l = 0; l < 32; l++) {
                    int high = in[qh + l];
                    int a = in[ql + l];
                    int c = in[ql + 32 + l];
                    int s = scales + l / 16;
                    out[y + l] = d * in[s] * (((a & 15) | (high & 3) << 4) - 32);
                    out[y + l + 32] = d * in[s + 2] * (((c & 15) | (high >>> 2 & 3) << 4) - 32);
                    out[y + l + 64] = d * in[s + 4] * (((a >>> 4 & 15) | (high >>> 4 & 3) << 4) - 32);
                    out[y + l + 96] = d * in[s + 6] * (((c >>> 4 & 15) | (high >>> 6 & 3) << 4) - 32);
                }
            }
        }
    }
}
