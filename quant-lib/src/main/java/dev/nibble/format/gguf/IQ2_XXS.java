package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.DType;

/**
 * GGUF IQ2_XXS: 256 weights in 66 bytes (2.0625 bits per weight), 8 sub-blocks of 32 weights; each 8 weights are one of 256
 * points.
 *
 * <pre>
 *   byte 0..1   d, fp16
 *   byte 2..65  for each sub-block 8 bytes: the index of 4 points; then 32 bits: 4 times 7 signs of 8 weights, the eighth
 *               making the minuses even; scale
 * </pre>
 * value = ± d · (scale + 0.5) · 0.25 · point. Needs an importance matrix. Source: ggml, quantize_row_iq2_xxs_impl,
 * dequantize_row_iq2_xxs.
 */
final class IQ2_XXS extends GridCodec {
    IQ2_XXS() {
        super(new GridSearch.Rule(Grid.IQ2_XXS.GRID, 32, 3, 6, 0.1f, true, 1e-15f, true, true, false), 1);
    }

    @Override
    public DType type() {
        return DType.IQ2_XXS;
    }

    @Override
    public boolean needsImportance() {
        return true;
    }

    @Override
    public String description() {
        return "points of a grid of 256 for each 8 weights, an even number of minus signs in 8, a four-bit scale per 32 and"
                + " a float16 per 256; of 13 scales the one of least squared error, weighted with the importance";
    }

    @Override
    public String specials() {
        return GridSpecials.text("32", "1e-15") + GridSpecials.EVEN;
    }

    @Override
    void weigh(float[] x, int from, float sumOfSquares, float[] importance, int column, float[] weights) {
        Importances.given(x, from, 32, sumOfSquares / 256, importance, column, weights, 0);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        for (int s = 0; s < subs; s++) {
            int word = choice.scales[s] << 28;
            for (int l = 0; l < 4; l++) {
                out[at + 2 + 8 * s + l] = (byte) choice.codes[4 * s + l];
                word |= choice.codes[groups + 4 * s + l] << (7 * l);
            }
            put32(word, out, at + 6 + 8 * s);
        }
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, SIZE), 0);
        for (int s = 0; s < subs; s++) {
            for (int l = 0; l < 4; l++) {
                int first = 32 * s + 8 * l;
                fields.add(
                        Role.CODES, "point of " + range(first, 8), BlockFields.weights(first, 8), 2 + 8 * s + l, 0, 8);
            }
            nameSignsAndScale(fields, 6 + 8 * s, s);
        }
    }

    @Override
    int point(byte[] in, int at, int group) {
        return in[at + 2 + group / 4 * 8 + group % 4] & 0xff;
    }

    @Override
    int signs(byte[] in, int at, int octet) {
        return even(get32(in, at + 6 + octet / 4 * 8) >>> (octet % 4 * 7) & 127);
    }

    @Override
    float scale(byte[] in, int at, int sub) {
        return Halves.get(in, at) * (0.5f + (in[at + 9 + 8 * sub] >>> 4 & 15)) * 0.25f;
    }
}
