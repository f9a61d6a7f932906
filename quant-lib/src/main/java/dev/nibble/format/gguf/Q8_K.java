package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import dev.nibble.tensor.DType;
import java.util.Arrays;
import java.util.List;

/**
 * GGUF Q8_K: 256 weights in 292 bytes (9.125 bits per weight). ggml makes it of activations, while it computes; no file
 * holds it.
 *
 * <pre>
 *   byte   0..3    d, float32: the weight of largest magnitude, the first of them, divided by -127
 *   byte   4..259  one signed byte per weight
 *   byte 260..291  sums of 16 codes each, 16 bits signed; decoding does not read them
 * </pre>
 * value = d · byte; byte = x / d, rounded to nearest, ties to even. Source: ggml, quantize_row_q8_K_ref, which leaves the
 * sums of an all-zero block as they were; here they are 0.
 */
final class Q8_K extends ChoosingCodec {
    private static final int SIZE = 256;
    private static final int CODES = 4;
    private static final int SUMS = CODES + SIZE;

    @Override
    public DType type() {
        return DType.Q8_K;
    }

    @Override
    public String description() {
        return "signed bytes, one float32 scale per 256 weights: the first largest magnitude / −127, rounded to nearest, ties"
                + " to even, and the sums of 16 codes for dot products; ggml's type for activations";
    }

    @Override
    public String specials() {
        return "All zeros, −0 too: scale, codes and sums 0 (ggml leaves the sums unwritten). Constant: every code −127, exact"
                + " but for float32's rounding. A largest magnitude below 4e-37 has a scale whose inverse"
                + " is infinite: as in ggml, such a block decodes to zeros. One at the end of float32's range, where scale · 127"
                + " rounds to infinity, is refused.";
    }

    @Override
    public boolean overflows(byte[] in, int at) {
        return !(Math.abs(scale(in, at)) * 127 <= Float.MAX_VALUE);
    }

    @Override
    Choice newChoice() {
        return new Choice(SIZE);
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        float max = ScaleSearch.firstLargest(x, from, SIZE);
        if (max == 0) {
            Arrays.fill(choice.codes, 0);
            choice.wanted = 0;
        } else {
            float inverse = -127f / max;
            for (int j = 0; j < SIZE; j++) {
                choice.codes[j] = (byte) Math.min(127, CRounding.nearest(inverse * x[from + j]));
            }
            choice.wanted = 1 / inverse;
        }
        choice.d = choice.wanted;
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        putInt(out, at, Float.floatToRawIntBits(choice.d), 4);
        for (int j = 0; j < SIZE; j++) {
            out[at + CODES + j] = (byte) choice.codes[j];
        }
        for (int k = 0; k < 16; k++) {
            int sum = 0;
            for (int j = 0; j < 16; j++) {
                sum += choice.codes[16 * k + j];
            }
            putInt(out, at + SUMS + 2 * k, sum, 2);
        }
    }

    private static void putInt(byte[] out, int at, int value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out[at + i] = (byte) (value >> (8 * i));
        }
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.codes(SIZE, -128, 127);
    }

    @Override
    void name(BlockFields fields) {
        fields.add(Role.SCALE, "d", BlockFields.weights(0, SIZE), 0, 0, 32);
        for (int i = 0; i < SIZE; i++) {
            fields.code(i, BlockFields.run(CODES + i, 0, 8, 0));
        }
        for (int k = 0; k < 16; k++) {
            String name = "sum of codes " + 16 * k + ".." + (16 * k + 15) + " (for dot products; not read in decoding)";
            fields.half(Role.PADDING, name, BlockFields.weights(0, 0), SUMS + 2 * k);
        }
    }

    @Override
    public List<ScaledRun> runs(byte[] in, int at, int first) {
        return List.of(
                ScaledRun.of(first, SIZE, ScaledRun.integers(-127, 127), scale(in, at), ScaleSet.of(ScaleType.F32, 1)));
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return in[at + CODES + i];
    }

    private static float scale(byte[] in, int at) {
        return Float.intBitsToFloat(
                (in[at] & 0xff) | (in[at + 1] & 0xff) << 8 | (in[at + 2] & 0xff) << 16 | in[at + 3] << 24);
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += type().blockBytes(), to += SIZE) {
            float d = scale(in, at);
            for (int j = 0; j < SIZE; j++) {
                out[to + j] = d * in[at + CODES + j];
            }
        }
    }

    /** Half a step, and float32's roundings; where 1 / d overflowed, d is 0 and the largest weight below 127 · 2^-128. */
    @Override
    public double errorBound(byte[] in, int at, int i) {
        return Math.abs(scale(in, at)) * (0.5 + 0x1p-15) + 0x1p-120;
    }
}
