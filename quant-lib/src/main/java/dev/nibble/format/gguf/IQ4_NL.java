package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.SumBound;
import dev.nibble.tensor.DType;
import java.util.List;
import java.util.Optional;

/**
 * GGUF IQ4_NL: 32 weights in 18 bytes (4.5 bits per weight), sixteen unevenly spaced values.
 *
 * <pre>
 *   byte 0..1   d, fp16
 *   byte 2..17  low nibble of byte 2 + j: weight j; high nibble: weight j + 16
 * </pre>
 * value = d · table[nibble]; the table is {@link Iq4Scalar#VALUES}. The scale is the best of sixteen candidates by the
 * squared error weighted with x², or with importance · sqrt(2 · mean(x²) + x²); the codes are those nearest under the
 * scale before it is rounded to fp16. Source: ggml, quantize_row_iq4_nl_impl, dequantize_row_iq4_nl.
 */
final class IQ4_NL extends ChoosingCodec {
    /** Blocks looked at in one call of the kernels. */
    private static final int RUN = 64;

    @Override
    public DType type() {
        return DType.IQ4_NL;
    }

    @Override
    public boolean takesImportance() {
        return true;
    }

    @Override
    public int[] halves() {
        return new int[] {0};
    }

    @Override
    public float largest() {
        return Importances.LARGEST;
    }

    @Override
    public String description() {
        return "sixteen unevenly spaced values and one float16 scale per 32 weights; of sixteen scales the one of least squared"
                + " error, weighted with x² or the importance, then the nearest value, the upper of two as near";
    }

    @Override
    public String specials() {
        return "All zeros, −0 or not, and all magnitudes below 1e-15: d is 0, every code 8, the values 0. Constant: the value"
                + " and scale that come closest, up to the rounding of the scale to float16. There is no zero among the"
                + " values: 0 beside other weights becomes d. Magnitudes below about 3e-6 leave d at 0 and the block at zeros."
                + " A block whose scale exceeds 65,504 is refused, where ggml stores an infinite one.";
    }

    @Override
    Choice newChoice() {
        return new Choice(32);
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        float[] weights = new float[32];
        weigh(x, from, row, column, weights, 0);
        SearchLog.about(log, ScaleTried.Of.WEIGHTS, 0, 32);
        choice.wanted = Iq4Scalar.search(x, from, weights, 0, log);
        choice.d = Halves.round(choice.wanted);
        float inverse = choice.wanted == 0 ? 0 : 1 / choice.wanted;
        for (int j = 0; j < 32; j++) {
            choice.codes[j] = Iq4Scalar.nearest(inverse * x[from + j]);
        }
    }

    private static void weigh(float[] x, int from, RowContext row, int column, float[] weights, int at) {
        float sigma2 = row.hasImportance() ? Importances.sumOfSquares(x, from, 32) * (2f / 32) : 0;
        Importances.of(x, from, 32, sigma2, row.importance(), column, weights, at);
    }

    @Override
    public void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        float[] weights = new float[Math.min(blocks, RUN) * 32];
        float[] scales = new float[RUN];
        byte[] codes = new byte[weights.length];
        for (int b = 0, n; b < blocks; b += n) {
            n = Math.min(RUN, blocks - b);
            int first = from + b * 32;
            for (int k = 0; k < n; k++) {
                weigh(x, first + k * 32, row, column + (b + k) * 32, weights, k * 32);
            }
            Iq4Kernels.BEST.search(x, first, n, weights, scales);
            for (int k = 0; k < n; k++) {
                Halves.put(out, at + (b + k) * 18, scales[k]);
                scales[k] = scales[k] == 0 ? 0 : 1 / scales[k];
            }
            Iq4Kernels.BEST.codes(x, first, n, scales, codes);
            for (int k = 0; k < n; k++) {
                packHalves(codes, k * 32, out, at + (b + k) * 18 + 2);
            }
        }
    }

    /** 32 codes to 16 bytes: j in the low nibble, j + 16 in the high one. */
    static void packHalves(byte[] codes, int from, byte[] out, int at) {
        for (int j = 0; j < 16; j++) {
            out[at + j] = (byte) (codes[from + j] | codes[from + j + 16] << 4);
        }
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        Fp4Values.pack(choice.codes, 0, 16, out, at + 2);
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.codes(32, 0, 15);
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, 32), 0);
        Fp4Values.name(fields, 0, 16, 2);
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 18, to += 32) {
            decodeHalves(in, at + 2, Halves.get(in, at), out, to);
        }
    }

    /** 16 bytes to 32 values. */
    static void decodeHalves(byte[] in, int at, float scale, float[] out, int to) {
        for (int j = 0; j < 16; j++) {
            int pair = in[at + j];
            out[to + j] = scale * Iq4Scalar.VALUES[pair & 15];
            out[to + j + 16] = scale * Iq4Scalar.VALUES[pair >>> 4 & 15];
        }
    }

    @Override
    public List<ScaledRun> runs(byte[] in, int at, int first) {
        return List.of(
                ScaledRun.of(first, 32, GgufFormat.iq4Values(), Halves.get(in, at), ScaleSet.of(ScaleType.F16, 1)));
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return Fp4Values.code(in, at + 2, 16, i);
    }

    /** Codes are the nearest under d before its rounding. */
    @Override
    public Optional<SumBound> sumBound(byte[] in, int at, float[] x, RowContext row, int column) {
        double moved = 1 - FittedBound.rounded(Halves.get(in, at));
        return Optional.of(SumBound.ofNearest(runs(in, at, 0), 0, x, decoded(in, at), moved, 0));
    }

    @Override
    public double errorBound(byte[] in, int at, int i) {
        float d = Halves.get(in, at);
        return Iq4Bound.of(code(in, at, i), Halves.before(d), Halves.before(d), Halves.slack(d));
    }
}
