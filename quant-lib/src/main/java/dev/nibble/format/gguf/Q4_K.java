package dev.nibble.format.gguf;

import dev.nibble.format.BitRun;
import dev.nibble.tensor.DType;

/**
 * GGUF Q4_K: 256 weights in 144 bytes (4.5 bits per weight), 8 sub-blocks of 32 weights.
 *
 * <pre>
 *   byte  0..1    d, fp16
 *   byte  2..3    dmin, fp16
 *   byte  4..15   scales and minima, 6 bits each: see SuperAffine32
 *   byte 16..143  the codes, four bits each
 * </pre>
 * value = (d · scale) · q − (dmin · min). Source: ggml, quantize_row_q4_K_ref, quantize_row_q4_K_impl,
 * dequantize_row_q4_K.
 */
final class Q4_K extends SuperAffine32 {
    Q4_K(Searches searches) {
        super(16, new ScaleSearch.Affine(15, -1f, 0.1f, 20, false), searches);
    }

    @Override
    public DType type() {
        return DType.Q4_K;
    }

    @Override
    public String description() {
        return "four bits, an integer scale and minimum of 6 bits per 32 weights, two float16 scales for these per 256; each"
                + " sub-block gets the scale and minimum of least weighted squared error of 22, with an importance matrix"
                + " of 38";
    }

    @Override
    BitRun[] codeRuns(int i) {
        return new BitRun[] {nibbleRun(i)};
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return nibble(in, at, i);
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 144) {
            float d = Halves.get(in, at);
            float dmin = Halves.get(in, at + 2);
            for (int j = 0; j < 8; j++, to += 32) {
                float scale = d * scale(in, at, j);
                float min = dmin * min(in, at, j);
                int q = at + qs + j / 2 * 32;
                int shift = j % 2 * 4;
                for (int l = 0; l < 32; l++) {
                    out[to + l] = scale * (in[q + l] >>> shift & 15) - min;
                }
            }
        }
    }
}
