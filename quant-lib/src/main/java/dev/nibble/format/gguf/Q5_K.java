package dev.nibble.format.gguf;

import dev.nibble.format.BitRun;
import dev.nibble.tensor.DType;

/**
 * GGUF Q5_K: 256 weights in 176 bytes (5.5 bits per weight), 8 sub-blocks of 32 weights.
 *
 * <pre>
 *   byte  0..1    d, fp16
 *   byte  2..3    dmin, fp16
 *   byte  4..15   scales and minima, 6 bits each: see SuperAffine32
 *   byte 16..47   bit j of byte l: the fifth bit of weight 32 j + l
 *   byte 48..175  the low four bits of the codes
 * </pre>
 * value = (d · scale) · q − (dmin · min). Source: ggml, quantize_row_q5_K_ref, quantize_row_q5_K_impl,
 * dequantize_row_q5_K.
 */
final class Q5_K extends SuperAffine32 {
    private static final int QH = 16;

    Q5_K(Searches searches) {
        super(48, new ScaleSearch.Affine(31, -0.5f, 0.1f, 15, false), searches);
    }

    @Override
    public DType type() {
        return DType.Q5_K;
    }

    @Override
    public String description() {
        return "five bits, an integer scale and minimum of 6 bits per 32 weights, two float16 scales for these per 256; each"
                + " sub-block gets the scale and minimum of least weighted squared error of 17, with an importance matrix"
                + " of 38";
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        super.pack(choice, out, at);
        byte[] codes = bytes(choice);
        for (int l = 0; l < 32; l += 8) {
            EightCodes.put(out, at + QH + l, EightCodes.plane(codes, l, 4));
        }
    }

    @Override
    BitRun[] codeRuns(int i) {
        return new BitRun[] {nibbleRun(i), BlockFields.run(QH + i % 32, i / 32, 1, 4)};
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return nibble(in, at, i) | (in[at + QH + i % 32] >>> (i / 32) & 1) << 4;
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 176) {
            float d = Halves.get(in, at);
            float dmin = Halves.get(in, at + 2);
            for (int j = 0; j < 8; j++, to += 32) {
                float scale = d * scale(in, at, j);
                float min = dmin * min(in, at, j);
                int q = at + qs + j / 2 * 32;
                int shift = j % 2 * 4;
                for (int l = 0; l < 32; l++) {
                    int code = (in[q + l] >>> shift & 15) | (in[at + QH + l] >>> j & 1) << 4;
                    out[to + l] = scale * code - min;
                }
            }
        }
    }
}
