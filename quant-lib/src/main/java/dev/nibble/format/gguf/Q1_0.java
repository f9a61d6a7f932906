package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import dev.nibble.tensor.DType;
import java.util.List;

/**
 * GGUF Q1_0: 128 weights in 18 bytes (1.125 bits per weight): their signs and one magnitude.
 *
 * <pre>
 *   byte 0..1   d, fp16: the mean magnitude, summed in order
 *   byte 2..17  bit j of byte 2 + k: 1 if weight 8k + j is not negative (-0 is not)
 * </pre>
 * value = d or -d. Source: ggml, quantize_row_q1_0_ref, dequantize_row_q1_0.
 */
final class Q1_0 extends ChoosingCodec {
    @Override
    public DType type() {
        return DType.Q1_0;
    }

    @Override
    public int[] halves() {
        return new int[] {0};
    }

    @Override
    public String description() {
        return "the sign of each weight and one float16 per 128, the mean magnitude";
    }

    @Override
    public String specials() {
        return "All zeros, −0 or not: d is 0, every bit 1. Constant: exact, but for the rounding of d to float16. One loud weight"
                + " beside zeros is spread over all 128. A mean below 3e-8 leaves d at 0. A mean of 65,520 or more is refused,"
                + " where ggml stores an infinite scale.";
    }

    @Override
    Choice newChoice() {
        return new Choice(128);
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        choice.wanted = mean(x, from);
        choice.d = Halves.round(choice.wanted);
        for (int i = 0; i < 128; i++) {
            choice.codes[i] = x[from + i] >= 0 ? 1 : 0;
        }
    }

    /** The mean magnitude, summed from the left. */
    static float mean(float[] x, int from) {
        float sum = 0;
        for (int j = 0; j < 128; j++) {
            sum += Math.abs(x[from + j]);
        }
        return sum / 128;
    }

    @Override
    public void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        SmallKernels.BEST.q1_0(x, from, blocks, out, at);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        for (int k = 0; k < 16; k++) {
            int bits = 0;
            for (int j = 0; j < 8; j++) {
                bits |= choice.codes[8 * k + j] << j;
            }
            out[at + 2 + k] = (byte) bits;
        }
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.codes(128, 0, 1);
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, 128), 0);
        for (int i = 0; i < 128; i++) {
            fields.code(i, BlockFields.run(2 + i / 8, i % 8, 1, 0));
        }
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 18, to += 128) {
            float d = Halves.get(in, at);
            for (int j = 0; j < 128; j++) {
                out[to + j] = (in[at + 2 + j / 8] >>> j % 8 & 1) != 0 ? d : -d;
            }
        }
    }

    @Override
    public List<ScaledRun> runs(byte[] in, int at, int first) {
        return List.of(
                ScaledRun.of(first, 128, new float[] {-1, 1}, Halves.get(in, at), ScaleSet.of(ScaleType.F16, 1)));
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return in[at + 2 + i / 8] >>> i % 8 & 1;
    }

    /** All of the 128 magnitudes whose mean is d may have been those of one weight; all the others are then 0. */
    @Override
    public double errorBound(byte[] in, int at, int i) {
        return 127 * Halves.before(Halves.get(in, at)) * (1 + 0x1p-15);
    }
}
