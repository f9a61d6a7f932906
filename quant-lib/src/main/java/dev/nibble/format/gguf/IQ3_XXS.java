package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.DType;

/**
 * GGUF IQ3_XXS: 256 weights in 98 bytes (3.0625 bits per weight), 8 sub-blocks of 32 weights; each 4 weights are one of 256
 * points.
 *
 * <pre>
 *   byte 0..1    d, fp16
 *   byte 2..65   index of the point of each 4 weights
 *   byte 66..97  for each sub-block 32 bits: 4 times 7 signs of 8 weights, the eighth making the minuses even; scale
 * </pre>
 * value = ± d · (scale + 0.5) · 0.5 · point. Source: ggml, quantize_row_iq3_xxs_impl, dequantize_row_iq3_xxs.
 */
final class IQ3_XXS extends GridCodec {
    IQ3_XXS() {
        super(
                new GridSearch.Rule(Grid.IQ3_XXS.GRID, 32, 8, 15, 0.2f, true, 1e-8f, false, false, false),
                1.0125f); // "small improvement via this fudge factor" in ggml
    }

    @Override
    public DType type() {
        return DType.IQ3_XXS;
    }

    @Override
    public String description() {
        return "points of a grid of 256 for each 4 weights, an even number of minus signs in 8, a four-bit scale per 32 and"
                + " a float16 per 256; of 31 scales the one of least squared error, weighted with x² or the importance";
    }

    @Override
    public String specials() {
        return GridSpecials.text("32", "1e-8") + GridSpecials.EVEN;
    }

    @Override
    void weigh(float[] x, int from, float sumOfSquares, float[] importance, int column, float[] weights) {
        Importances.of(x, from, 32, 2 * sumOfSquares / 256, importance, column, weights, 0);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        for (int k = 0; k < groups; k++) {
            out[at + 2 + k] = (byte) choice.codes[k];
        }
        for (int s = 0; s < subs; s++) {
            int word = choice.scales[s] << 28;
            for (int l = 0; l < 4; l++) {
                word |= choice.codes[groups + 4 * s + l] << (7 * l);
            }
            put32(word, out, at + 66 + 4 * s);
        }
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, SIZE), 0);
        for (int k = 0; k < groups; k++) {
            fields.add(Role.CODES, "point of " + range(4 * k, 4), BlockFields.weights(4 * k, 4), 2 + k, 0, 8);
        }
        for (int s = 0; s < subs; s++) {
            nameSignsAndScale(fields, 66 + 4 * s, s);
        }
    }

    @Override
    int point(byte[] in, int at, int group) {
        return in[at + 2 + group] & 0xff;
    }

    @Override
    int signs(byte[] in, int at, int octet) {
        return even(get32(in, at + 66 + octet / 4 * 4) >>> (octet % 4 * 7) & 127);
    }

    @Override
    float scale(byte[] in, int at, int sub) {
        return Halves.get(in, at) * (0.5f + (in[at + 69 + 4 * sub] >>> 4 & 15)) * 0.5f;
    }
}
