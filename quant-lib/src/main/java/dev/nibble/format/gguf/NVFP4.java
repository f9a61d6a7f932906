package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaledRun;
import dev.nibble.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * GGUF NVFP4: 64 weights in 36 bytes (4.5 bits per weight), 4 sub-blocks of 16 E2M1 values with an unsigned E4M3 scale.
 *
 * <pre>
 *   byte 0..3   scale of each sub-block: four exponent bits, three of mantissa (the top bit is 0)
 *   byte 4..35  8 bytes for each sub-block: low nibble of byte j weight j, high nibble weight j + 8
 * </pre>
 * value = E2M1 · scale. The scale is the largest magnitude / 6, halves up; there is no scale of the tensor. From 248 on it
 * is stored as 448; the byte 0x7f is read as 0. Where a scale's byte has the top bit set, which no encoder writes, it is
 * read by its lower seven bits unless it is 0x80 or 0xff. A weight becomes the nearest value, of two as near the smaller
 * one. Source: ggml, quantize_row_nvfp4_ref, dequantize_row_nvfp4, ggml_fp32_to_ue4m3, ggml_ue4m3_to_fp32.
 */
final class NVFP4 extends ChoosingCodec {
    /** The largest scale: 448. */
    static final int TOP = 0x7e;

    private static final ScaleSet SCALES = ScaleSet.of(
            "E4M3",
            IntStream.rangeClosed(0, TOP).mapToDouble(c -> 2.0 * halfScale(c)).toArray());

    @Override
    public DType type() {
        return DType.NVFP4;
    }

    @Override
    public String description() {
        return "E2M1 with an unsigned E4M3 scale per 16 weights, largest magnitude / 6 with halves up, and no scale of the tensor;"
                + " nearest value, ties to the smaller one";
    }

    @Override
    public String specials() {
        return "All zeros, −0 or not: scale 0, codes 0. A weight that rounds to 0 becomes +0, whatever its sign. Constant:"
                + " within a sixteenth, the rounding of the scale. Sub-blocks of magnitude below 3 · 2^-9 get the scale 0 and"
                + " become zeros: without a scale of the tensor, small weights need nvfp4 with two levels. Scales from 248 on"
                + " are stored as 448; weights beyond 2688 are cut to it, those beyond 2^30 refused, which ggml turns to"
                + " zeros.";
    }

    @Override
    public float largest() {
        return 0x1p30f;
    }

    @Override
    Choice newChoice() {
        return new Choice(4, false, 64);
    }

    /** The d of the choice is the largest of the four scales: the block stores none. */
    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        choice.wanted = ScaleSearch.absmax(x, from, 64) / 6;
        choice.d = 2 * halfScale(scaleCode(choice.wanted));
        for (int s = 0; s < 4; s++) {
            choice.scales[s] = scaleCode(ScaleSearch.absmax(x, from + s * 16, 16) / 6);
            float half = halfScale(choice.scales[s]);
            for (int i = 16 * s; i < 16 * s + 16; i++) {
                choice.codes[i] = Fp4Values.nearest(x[from + i], half);
            }
        }
    }

    /** Unsigned E4M3 of a number that is not negative: nearest, halves up, at most 448, which all from 248 on become. */
    static int scaleCode(float v) {
        if (v < 0x1p-6f) {
            return Math.min(7, (int) (v * 512 + 0.5f));
        }
        // Adding half of the last place that is kept rounds halves up, and carries into the exponent.
        int bits = Float.floatToRawIntBits(v) - (120 << 23) + (1 << 19);
        return v >= 248 ? TOP : bits >>> 20;
    }

    /** Half of the scale, for doubled values. */
    static float halfScale(int code) {
        if (code == 0 || code == 0x7f) {
            return 0;
        }
        int exponent = code >>> 3 & 15;
        int mantissa = code & 7;
        return exponent == 0 ? mantissa * 0x1p-10f : (8 + mantissa) * Float.intBitsToFloat((exponent + 116) << 23);
    }

    @Override
    public void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        SmallKernels.BEST.nvfp4(x, from, blocks, out, at);
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        for (int s = 0; s < 4; s++) {
            out[at + s] = (byte) choice.scales[s];
            Fp4Values.pack(choice.codes, 16 * s, 8, out, at + 4 + 8 * s);
        }
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.scales(4, 0, TOP);
        chosen.codes(64, 0, 15);
    }

    @Override
    void name(BlockFields fields) {
        for (int s = 0; s < 4; s++) {
            fields.add(Role.SCALE, "scale of " + GridCodec.range(16 * s, 16), BlockFields.weights(16 * s, 16), s, 0, 8);
            Fp4Values.name(fields, 16 * s, 8, 4 + 8 * s);
        }
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 36, to += 64) {
            for (int s = 0; s < 4; s++) {
                Fp4Values.decode(in, at + 4 + s * 8, 8, halfScale(in[at + s] & 0xff), out, to + s * 16);
            }
        }
    }

    @Override
    public List<ScaledRun> runs(byte[] in, int at, int first) {
        List<ScaledRun> runs = new ArrayList<>();
        for (int s = 0; s < 4; s++) {
            runs.add(ScaledRun.of(first + 16 * s, 16, Fp4Values.levels(), 2.0 * halfScale(in[at + s] & 0xff), SCALES));
        }
        return runs;
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return Fp4Values.code(in, at + 4 + i / 16 * 8, 8, i % 16);
    }

    /**
     * Half the gap to a neighbour. The largest magnitude is six scales before rounding, which moves them by a sixteenth, or by
     * half a unit 2^-9 (7 units stand for all below 8). Where the scale is 448, what lies beyond 2688 is cut, and
     * nothing beyond 2^30 is taken.
     */
    @Override
    public double errorBound(byte[] in, int at, int i) {
        int code = in[at + i / 16] & 0xff;
        double scale = 2.0 * halfScale(code);
        if (code == TOP && (code(in, at, i) & 7) == 7) {
            return largest() - 6 * scale;
        }
        double most = (code & 0x7f) >= 8 ? 6.375 * scale : 6 * (scale + (code == 7 ? 0x1p-9 : 0x1p-10));
        most *= 1 + 0x1p-20;
        return scale == 0 ? most : scale * Fp4Values.bound(code(in, at, i), most / scale);
    }
}
