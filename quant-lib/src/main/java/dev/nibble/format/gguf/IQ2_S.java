package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.DType;

/**
 * GGUF IQ2_S: 256 weights in 82 bytes (2.5625 bits per weight), 16 sub-blocks of 16 weights; each 8 weights are one of 1024
 * points.
 *
 * <pre>
 *   byte 0..1    d, fp16
 *   byte 2..33   low eight bits of the index of the point of each 8 weights
 *   byte 34..65  a sign per weight
 *   byte 66..73  the other two bits of the index: bits 2l and 2l + 1 of byte 66 + s are those of group 4s + l
 *   byte 74..81  scales: sub-block 2k in the low nibble of byte 74 + k, 2k + 1 in the high one
 * </pre>
 * value = ± d · (scale + 0.5) · 0.25 · point. Source: ggml, quantize_row_iq2_s_impl, dequantize_row_iq2_s.
 */
final class IQ2_S extends GridCodec {
    IQ2_S() {
        super(
                new GridSearch.Rule(Grid.IQ2_S.GRID, 16, 3, 9, 0.1f, false, 1e-8f, false, false, false),
                0.9875f); // as ggml has it
    }

    @Override
    public DType type() {
        return DType.IQ2_S;
    }

    @Override
    public String description() {
        return "points of a grid of 1024 for each 8 weights, a sign per weight, a four-bit scale per 16 and a float16 per 256;"
                + " of 19 scales the one of least squared error, weighted with σ²/4 + x² or the importance";
    }

    @Override
    public String specials() {
        return GridSpecials.text("16", "1e-8");
    }

    @Override
    void weigh(float[] x, int from, float sumOfSquares, float[] importance, int column, float[] weights) {
        float sigma2 = 2 * sumOfSquares / 256;
        if (importance != null) {
            Importances.given(x, from, 16, sigma2, importance, column, weights, 0);
        } else {
            for (int i = 0; i < 16; i++) {
                weights[i] = 0.25f * sigma2 + x[from + i] * x[from + i];
            }
        }
    }

    @Override
    void nothing(Choice choice) {} // ggml leaves what it found

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        for (int s = 0; s < 8; s++) {
            int high = 0;
            for (int l = 0; l < 4; l++) {
                int index = choice.codes[4 * s + l];
                out[at + 2 + 4 * s + l] = (byte) index;
                out[at + 34 + 4 * s + l] = (byte) choice.codes[groups + 4 * s + l];
                high |= index >> 8 << (2 * l);
            }
            out[at + 66 + s] = (byte) high;
        }
        packNibbleScales(choice.scales, out, at + 74);
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, SIZE), 0);
        for (int k = 0; k < groups; k++) {
            fields.add(
                    Role.CODES,
                    "point of " + range(8 * k, 8),
                    BlockFields.weights(8 * k, 8),
                    BlockFields.run(2 + k, 0, 8, 0),
                    BlockFields.run(66 + k / 4, k % 4 * 2, 2, 8));
        }
        nameSigns(fields, 34);
        nameNibbleScales(fields, 74, 16);
    }

    @Override
    int point(byte[] in, int at, int group) {
        return (in[at + 2 + group] & 0xff) | (in[at + 66 + group / 4] >>> (group % 4 * 2) & 3) << 8;
    }

    @Override
    int signs(byte[] in, int at, int octet) {
        return in[at + 34 + octet];
    }

    @Override
    float scale(byte[] in, int at, int sub) {
        return Halves.get(in, at) * (0.5f + (in[at + 74 + sub / 2] >>> (sub % 2 * 4) & 15)) * 0.25f;
    }
}
