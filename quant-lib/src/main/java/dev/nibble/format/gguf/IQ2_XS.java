package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.DType;

/**
 * GGUF IQ2_XS: 256 weights in 74 bytes (2.3125 bits per weight), 16 sub-blocks of 16 weights; each 8 weights are one of 512
 * points.
 *
 * <pre>
 *   byte 0..1    d, fp16
 *   byte 2..65   for each 8 weights 16 bits: 9 of the index of the point, then 7 signs, the eighth making the minuses even
 *   byte 66..73  scales: sub-block 2k in the low nibble of byte 66 + k, 2k + 1 in the high one
 * </pre>
 * value = ± d · (scale + 0.5) · 0.25 · point. Needs an importance matrix. Source: ggml, quantize_row_iq2_xs_impl,
 * dequantize_row_iq2_xs.
 */
final class IQ2_XS extends GridCodec {
    IQ2_XS() {
        super(new GridSearch.Rule(Grid.IQ2_XS.GRID, 16, 3, 9, 0.1f, true, 1e-15f, false, false, false), 1);
    }

    @Override
    public DType type() {
        return DType.IQ2_XS;
    }

    @Override
    public boolean needsImportance() {
        return true;
    }

    @Override
    public String description() {
        return "points of a grid of 512 for each 8 weights, an even number of minus signs in 8, a four-bit scale per 16 and"
                + " a float16 per 256; of 19 scales the one of least squared error, weighted with the importance";
    }

    @Override
    public String specials() {
        return GridSpecials.text("16", "1e-15") + GridSpecials.EVEN;
    }

    @Override
    void weigh(float[] x, int from, float sumOfSquares, float[] importance, int column, float[] weights) {
        Importances.given(x, from, 16, sumOfSquares / 256, importance, column, weights, 0);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        for (int k = 0; k < groups; k++) {
            put16(choice.codes[k] | choice.codes[groups + k] << 9, out, at + 2 + 2 * k);
        }
        packNibbleScales(choice.scales, out, at + 66);
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, SIZE), 0);
        for (int k = 0; k < groups; k++) {
            int[] weights = BlockFields.weights(8 * k, 8);
            fields.add(Role.CODES, "point of " + range(8 * k, 8), weights, 2 + 2 * k, 0, 9);
            fields.add(Role.SIGN, "signs of " + range(8 * k, 8), weights, 3 + 2 * k, 1, 7);
        }
        nameNibbleScales(fields, 66, 16);
    }

    @Override
    int point(byte[] in, int at, int group) {
        return get16(in, at + 2 + 2 * group) & 511;
    }

    @Override
    int signs(byte[] in, int at, int octet) {
        return even(in[at + 3 + 2 * octet] >>> 1 & 127);
    }

    @Override
    float scale(byte[] in, int at, int sub) {
        return Halves.get(in, at) * (0.5f + (in[at + 66 + sub / 2] >>> (sub % 2 * 4) & 15)) * 0.25f;
    }
}
