package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.SumBound;
import dev.nibble.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * GGUF IQ4_XS: 256 weights in 136 bytes (4.25 bits per weight), 8 sub-blocks of 32 weights.
 *
 * <pre>
 *   byte 0..1     d, fp16
 *   byte 2..3     bits 4 and 5 of the scale of each sub-block, two bits each, sub-block 0 lowest
 *   byte 4..7     bits 0 to 3: sub-block 2k in the low nibble of byte 4 + k, 2k + 1 in the high one
 *   byte 8..135   codes, 16 bytes for each sub-block: low nibble of byte j weight j, high nibble j + 16
 * </pre>
 * value = d · (scale - 32) · table[nibble], multiplied from the left; the table is {@link Iq4Scalar#VALUES}. The scales
 * are searched as in {@link IQ4_NL}; the one of largest magnitude, divided by -32, is d, which is used unrounded to
 * choose scales and codes. Source: ggml, quantize_row_iq4_nl_impl, dequantize_row_iq4_xs.
 */
final class IQ4_XS extends ChoosingCodec {
    private static final int SUBS = 8;
    /** Blocks whose scales are searched in one go, to fill the lanes. */
    private static final int RUN = 8;

    @Override
    public DType type() {
        return DType.IQ4_XS;
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
        return "sixteen unevenly spaced values, a six-bit scale per 32 weights and one float16 per 256; of sixteen scales the one"
                + " of least squared error, weighted with x² or the importance, then the nearest value, the upper of two as"
                + " near";
    }

    @Override
    public String specials() {
        return "All zeros, −0 or not, and all magnitudes below 1e-15: d is −0, every code 8, the values −0. A sub-block far"
                + " smaller than the largest gets the scale 0 and the value 0. Constant: the value and scale that come"
                + " closest. Magnitudes below about 1e-4 leave few bits of d. A block whose d exceeds 65,504 is refused,"
                + " where ggml stores an infinite one.";
    }

    @Override
    Choice newChoice() {
        return new Choice(SUBS, false, 256);
    }

    private static void weigh(float[] x, int from, RowContext row, int column, float[] weights, int at) {
        float sigma2 = row.hasImportance() ? Importances.sumOfSquares(x, from, 256) * (2f / 256) : 0;
        Importances.of(x, from, 256, sigma2, row.importance(), column, weights, at);
    }

    @Override
    void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        float[] weights = new float[256];
        float[] scales = new float[SUBS];
        weigh(x, from, row, column, weights, 0);
        for (int s = 0; s < SUBS; s++) {
            SearchLog.about(log, ScaleTried.Of.WEIGHTS, 32 * s, 32);
            scales[s] = Iq4Scalar.search(x, from + 32 * s, weights, 32 * s, log);
        }
        chooseScales(scales, choice);
        for (int i = 0; i < 256; i++) {
            choice.codes[i] = Iq4Scalar.nearest(scales[i / 32] * x[from + i]);
        }
    }

    /** The d of a block and its sub-blocks' scales; then {@code scales} are the inverses that the codes are made with. */
    private static void chooseScales(float[] scales, Choice choice) {
        float d = -ScaleSearch.firstLargest(scales, 0, SUBS) / 32;
        for (int s = 0; s < SUBS; s++) {
            d = Float.isNaN(scales[s]) ? Float.NaN : d; // the sums of the search overflowed: the block is refused
        }
        choice.wanted = d;
        choice.d = Halves.round(d);
        float inverse = d == 0 ? 0 : 1 / d;
        for (int s = 0; s < SUBS; s++) {
            int l = Math.clamp(CRounding.nearest(inverse * scales[s]), -32, 31);
            choice.scales[s] = l;
            float step = d * l;
            scales[s] = step == 0 ? 0 : 1 / step;
        }
    }

    @Override
    public void encode(float[] x, int from, int blocks, RowContext row, int column, byte[] out, int at) {
        float[] weights = new float[Math.min(blocks, RUN) * 256];
        float[] scales = new float[RUN * SUBS];
        float[] inverses = new float[SUBS];
        byte[] codes = new byte[256];
        Choice choice = new Choice(SUBS, false, 0);
        for (int b = 0; b < blocks; b++, at += 136) {
            int first = from + b * 256;
            if (b % RUN == 0) {
                int n = Math.min(RUN, blocks - b);
                for (int k = 0; k < n; k++) {
                    weigh(x, first + k * 256, row, column + (b + k) * 256, weights, k * 256);
                }
                Iq4Kernels.BEST.search(x, first, n * SUBS, weights, scales);
            }
            System.arraycopy(scales, b % RUN * SUBS, inverses, 0, SUBS);
            chooseScales(inverses, choice);
            Iq4Kernels.BEST.codes(x, first, SUBS, inverses, codes);
            packScales(choice, out, at);
            for (int s = 0; s < SUBS; s++) {
                IQ4_NL.packHalves(codes, s * 32, out, at + 8 + s * 16);
            }
        }
    }

    @Override
    void pack(Choice choice, byte[] out, int at) {
        packScales(choice, out, at);
        for (int s = 0; s < SUBS; s++) {
            Fp4Values.pack(choice.codes, 32 * s, 16, out, at + 8 + 16 * s);
        }
    }

    private static void packScales(Choice choice, byte[] out, int at) {
        Halves.put(out, at, choice.d);
        int high = 0;
        for (int s = 0; s < SUBS; s++) {
            int l = choice.scales[s] + 32;
            high |= l >> 4 << (2 * s);
            out[at + 4 + s / 2] = (byte) (s % 2 == 0 ? l & 15 : out[at + 4 + s / 2] | (l & 15) << 4);
        }
        out[at + 2] = (byte) high;
        out[at + 3] = (byte) (high >> 8);
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.scales(SUBS, -32, 31);
        chosen.codes(256, 0, 15);
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, 256), 0);
        for (int s = 0; s < SUBS; s++) {
            fields.add(
                    Role.SCALE,
                    "scale of " + GridCodec.range(32 * s, 32),
                    BlockFields.weights(32 * s, 32),
                    BlockFields.run(4 + s / 2, s % 2 * 4, 4, 0),
                    BlockFields.run(2 + s / 4, s % 4 * 2, 2, 4));
            Fp4Values.name(fields, 32 * s, 16, 8 + 16 * s);
        }
    }

    /** Scale of a sub-block, -32..31. */
    static int scale(byte[] in, int at, int sub) {
        int low = in[at + 4 + sub / 2] >>> (sub % 2 * 4) & 15;
        int high = in[at + 2 + sub / 4] >>> (sub % 4 * 2) & 3;
        return (low | high << 4) - 32;
    }

    @Override
    public void decode(byte[] in, int at, int blocks, float[] out, int to) {
        for (int b = 0; b < blocks; b++, at += 136) {
            float d = Halves.get(in, at);
            for (int s = 0; s < SUBS; s++, to += 32) {
                IQ4_NL.decodeHalves(in, at + 8 + s * 16, d * scale(in, at, s), out, to);
            }
        }
    }

    @Override
    public List<ScaledRun> runs(byte[] in, int at, int first) {
        double d = Halves.get(in, at);
        ScaleSet scales = ScaleSet.multiples(d, -32, 31);
        List<ScaledRun> runs = new ArrayList<>();
        for (int s = 0; s < SUBS; s++) {
            runs.add(ScaledRun.of(first + 32 * s, 32, GgufFormat.iq4Values(), d * scale(in, at, s), scales));
        }
        return runs;
    }

    @Override
    public int code(byte[] in, int at, int i) {
        return Fp4Values.code(in, at + 8 + i / 32 * 16, 16, i % 32);
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
        int l = scale(in, at, i / 32);
        // The scale that was found may lie half a step of d from l · d; a whole one where +32 was cut to 31.
        double found = (Math.abs(l) + (l == 31 ? 1 : 0.5)) * Halves.before(d);
        return Iq4Bound.of(code(in, at, i), Math.abs(l) * Halves.before(d), found, Math.abs(l) * Halves.slack(d));
    }
}
