package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.tensor.DType;

/**
 * GGUF IQ3_S: 256 weights in 110 bytes (3.4375 bits per weight), 8 sub-blocks of 32 weights; each 4 weights are one of 512
 * points.
 *
 * <pre>
 *   byte 0..1      d, fp16
 *   byte 2..65     low eight bits of the index of the point of each 4 weights
 *   byte 66..73    its ninth bit: bit k of byte 66 + s is that of group 8s + k
 *   byte 74..105   a sign per weight
 *   byte 106..109  scales: sub-block 2k in the low nibble of byte 106 + k, 2k + 1 in the high one
 * </pre>
 * value = ± d · (1 + 2 · scale) · point. Source: ggml, quantize_row_iq3_s_impl, dequantize_row_iq3_s.
 */
final class IQ3_S extends GridCodec {
    IQ3_S() {
        super(
                new GridSearch.Rule(Grid.IQ3_S.GRID, 32, 8, 9, 0.2f, false, Float.MIN_VALUE, false, true, true),
                1.033f); // as ggml has it
    }

    @Override
    public DType type() {
        return DType.IQ3_S;
    }

    @Override
    public String description() {
        return "points of a grid of 512 for each 4 weights, a sign per weight, a four-bit scale per 32 and a float16 per 256;"
                + " of 19 scales the one of least squared error, weighted with x² or the importance";
    }

    @Override
    public String specials() {
        return GridSpecials.text("32", "0")
                + " Behind a sub-block of zeros ggml writes points and signs one sub-block too early, so that they no longer"
                + " fit their scales; here they stand in their place.";
    }

    @Override
    void weigh(float[] x, int from, float sumOfSquares, float[] importance, int column, float[] weights) {
        Importances.of(x, from, 32, 2 * sumOfSquares / 256, importance, column, weights, 0);
    }

    @Override
    void nothing(Choice choice) {} // ggml leaves what it found

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        for (int s = 0; s < subs; s++) {
            int high = 0;
            for (int k = 0; k < 8; k++) {
                int index = choice.codes[8 * s + k];
                out[at + 2 + 8 * s + k] = (byte) index;
                high |= index >> 8 << k;
            }
            out[at + 66 + s] = (byte) high;
        }
        for (int k = 0; k < OCTETS; k++) {
            out[at + 74 + k] = (byte) choice.codes[groups + k];
        }
        packNibbleScales(choice.scales, out, at + 106);
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, SIZE), 0);
        for (int k = 0; k < groups; k++) {
            fields.add(
                    Role.CODES,
                    "point of " + range(4 * k, 4),
                    BlockFields.weights(4 * k, 4),
                    BlockFields.run(2 + k, 0, 8, 0),
                    BlockFields.run(66 + k / 8, k % 8, 1, 8));
        }
        nameSigns(fields, 74);
        nameNibbleScales(fields, 106, 32);
    }

    @Override
    int point(byte[] in, int at, int group) {
        return (in[at + 2 + group] & 0xff) | (in[at + 66 + group / 8] >>> group % 8 & 1) << 8;
    }

    @Override
    int signs(byte[] in, int at, int octet) {
        return in[at + 74 + octet];
    }

    @Override
    float scale(byte[] in, int at, int sub) {
        return Halves.get(in, at) * (1 + 2 * (in[at + 106 + sub / 2] >>> (sub % 2 * 4) & 15));
    }
}
