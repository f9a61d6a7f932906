package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaledRun;
import dev.nibble.tensor.DType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * GGUF MXFP4: 32 weights in 17 bytes (4.25 bits per weight), E2M1 with a power of two.
 *
 * <pre>
 *   byte 0      e: the scale is 2^(e - 127)
 *   byte 1..16  low nibble of byte 1 + j: weight j; high nibble: weight j + 16
 * </pre>
 * value = E2M1 · 2^(e - 127). e = floor(log2 of the largest magnitude) - 2 + 127, where log2 is that of float32, so that a
 * magnitude just below a power of two gets the exponent of that power; only the low eight bits are stored, so that e wraps
 * below 2^-125. A weight becomes the nearest value, of two as near the smaller one. Source: ggml, quantize_row_mxfp4_ref,
 * dequantize_row_mxfp4.
 */
final class MXFP4 extends ChoosingCodec {
    private static final ScaleSet POWERS = ScaleSet.of(
            "powers of two",
            IntStream.range(0, 256).mapToDouble(e -> 2.0 * halfScale(e)).toArray());

    private static final double LN2 = StrictMath.log(2);

    @Override
    public DType type() {
        return DType.MXFP4;
    }

    @Override
    public String description() {
        return "E2M1 with a power of two per 32 weights, 2^(floor(log2 of the largest magnitude) - 2), log2 as float32 has it;"
                + " nearest value, ties to the smaller one";
    }

    @Override
    public String specials() {
        return "All zeros, −0 or not: exponent byte 0, codes 0. A weight that rounds to 0 becomes +0, whatever its sign."
                + " Constant: within a quarter of it. A largest magnitude just below a power of two (by 44 units in the last"
                + " place at most) gets the exponent of that power: smaller weights lose a bit. Below 2^-125 the exponent"
                + " byte wraps, to 255 and down, and the block decodes to zeros. The 44 largest floats are refused, where ggml stores what"
                + " decodes to infinity. Above 6"
                + " scales weights are cut to 6.";
    }

    /** The largest float that does not get the exponent of 2^128, under which it would decode to infinity. */
    @Override
    public float largest() {
        return 0x1.ffffa6p127f;
    }

    @Override
    Choice newChoice() {
        return new Choice(1, false, 32);
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        int e = exponent(ScaleSearch.absmax(x, from, 32)) & 0xff;
        float half = halfScale(e);
        choice.scales[0] = e;
        choice.d = 2 * half;
        choice.wanted = choice.d;
        for (int i = 0; i < 32; i++) {
            choice.codes[i] = Fp4Values.nearest(x[from + i], half);
        }
    }

    /** The exponent of a block of this largest magnitude, not cut to eight bits; 0 for a block of zeros. */
    static int exponent(float absmax) {
        return absmax == 0 ? 0 : (int) Math.floor((float) (StrictMath.log(absmax) / LN2)) - 2 + 127;
    }

    /** Half of 2^(e - 127), for doubled values. */
    static float halfScale(int e) {
        return Float.intBitsToFloat(e < 2 ? 0x00200000 << e : (e - 1) << 23);
    }

    @Override
    public void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        SmallKernels.BEST.mxfp4(x, from, blocks, out, at);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        out[at] = (byte) choice.scales[0];
        Fp4Values.pack(choice.codes, 0, 16, out, at + 1);
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.scales(1, 0, 255);
        chosen.codes(32, 0, 15);
    }

    @Override
    void name(BlockFields fields) {
        fields.add(Role.SCALE, "e", BlockFields.weights(0, 32), 0, 0, 8);
        Fp4Values.name(fields, 0, 16, 1);
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 17, to += 32) {
            Fp4Values.decode(in, at + 1, 16, halfScale(in[at] & 0xff), out, to);
        }
    }

    @Override
    public List<ScaledRun> runs(byte[] in, int at, int first) {
        return List.of(ScaledRun.of(first, 32, Fp4Values.levels(), 2.0 * halfScale(in[at] & 0xff), POWERS));
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return Fp4Values.code(in, at + 1, 16, i);
    }

    /** Half the gap to a neighbour; the largest magnitude is below 8 scales, and cut to 6. */
    @Override
    public double errorBound(byte[] in, int at, int i) {
        return Fp4Values.bound(code(in, at, i), 8) * Math.scalb(1.0, (in[at] & 0xff) - 127);
    }
}
