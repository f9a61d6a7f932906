package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.format.BitRun;
import dev.nibble.format.PointRun;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.SumBound;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS and IQ3_S have in common: 256 weights as points of a grid, signs, four-bit scales of
 * sub-blocks and one fp16 for all. The choice of a block holds the scales 0..15 and, as codes, the index of each group's
 * point, then the signs of each 8 weights.
 */
abstract class GridCodec extends ChoosingCodec {
    static final int SIZE = 256;
    static final int OCTETS = SIZE / 8;

    final GridSearch.Rule rule;
    final Grid grid;
    /** Number of sub-blocks, each with a scale. */
    final int subs;
    /** Number of groups, each with a point. */
    final int groups;

    private final float factor;

    /** @param factor what d is multiplied with before it is stored, after the scales were chosen for it */
    GridCodec(GridSearch.Rule rule, float factor) {
        this.rule = rule;
        this.grid = rule.grid();
        this.subs = SIZE / rule.count();
        this.groups = SIZE / grid.weights;
        this.factor = factor;
    }

    /** Importance of the weights of one sub-block, to {@code weights[0 ..)}. */
    abstract void weigh(float[] x, int from, float meanSquare, float[] importance, int column, float[] weights);

    @Override
    public boolean takesImportance() {
        return true;
    }

    @Override
    public float largest() {
        return Importances.LARGEST;
    }

    @Override
    public int[] halves() {
        return new int[] {0};
    }

    @Override
    final Choice newChoice() {
        return new Choice(subs, false, groups + OCTETS);
    }

    @Override
    final void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        GridSearch search = new GridSearch(rule);
        float[] weights = new float[rule.count()];
        float[] scales = new float[subs];
        float sum = Importances.sumOfSquares(x, from, SIZE);
        for (int s = 0; s < subs; s++) {
            int first = s * rule.count();
            weigh(x, from + first, sum, row.importance(), column + first, weights);
            SearchLog.about(log, ScaleTried.Of.WEIGHTS, first, rule.count());
            scales[s] = search.run(x, from + first, weights, log);
            System.arraycopy(search.index(), 0, choice.codes, first / grid.weights, search.index().length);
            System.arraycopy(search.signs(), 0, choice.codes, groups + first / 8, search.signs().length);
        }
        float max = Importances.largest(scales);
        float d = max / 31;
        choice.wanted = d * factor;
        choice.d = Halves.round(choice.wanted);
        float inverse = 1 / d;
        for (int s = 0; s < subs; s++) {
            choice.scales[s] = max == 0 ? 0 : Math.clamp(CRounding.nearest(0.5f * (inverse * scales[s] - 1)), 0, 15);
        }
        if (max == 0) {
            nothing(choice);
        }
    }

    /** A block whose scales are all 0: ggml clears what it may have found. */
    void nothing(Choice choice) {
        Arrays.fill(choice.codes, 0);
    }

    @Override
    final void check(BlockChosen chosen) {
        chosen.scales(subs, 0, 15);
        chosen.codes(groups + OCTETS, 0, Math.max(grid.size, 256) - 1);
        int signs = rule.evenSigns() ? 128 : 256;
        for (int i = 0; i < groups + OCTETS; i++) {
            if (chosen.codes()[i] >= (i < groups ? grid.size : signs)) {
                throw new IllegalArgumentException("the block of row " + chosen.row() + ", column " + chosen.column()
                        + ": code " + i + " is " + chosen.codes()[i] + ", more than there are");
            }
        }
    }

    /** Index of the point of a group in a stored block. */
    abstract int point(byte[] in, int at, int group);

    /** Signs of 8 weights in a stored block, one bit each. */
    abstract int signs(byte[] in, int at, int octet);

    /** What the values of a sub-block are multiplied with. */
    abstract float scale(byte[] in, int at, int sub);

    /** The eight signs that seven of them stand for: an even number of minuses. Source: ggml, ksigns_iq2xs. */
    static int even(int seven) {
        return seven | (Integer.bitCount(seven) & 1) << 7;
    }

    @Override
    public final void decode(byte[] in, int at, int blocks, float[] out, int to) {
        int bytes = type().blockBytes();
        byte[] values = grid.values();
        int size = grid.weights;
        int perSub = rule.count() / size;
        for (int b = 0; b < blocks; b++, at += bytes) {
            for (int s = 0, group = 0; s < subs; s++) {
                float scale = scale(in, at, s);
                for (int k = 0; k < perSub; k++, group++, to += size) {
                    int point = grid.at(point(in, at, group));
                    int minus = signs(in, at, group * size / 8) >>> (group * size & 7);
                    for (int i = 0; i < size; i++) {
                        float v = scale * values[point + i];
                        out[to + i] = (minus >>> i & 1) != 0 ? -v : v;
                    }
                }
            }
        }
    }

    /** The signed value of the grid. */
    @Override
    public final int code(byte[] in, int at, int i) {
        int value = grid.values()[grid.at(point(in, at, i / grid.weights)) + i % grid.weights];
        return (signs(in, at, i / 8) >>> (i & 7) & 1) != 0 ? -value : value;
    }

    /** Points trade weights against each other: none has a bound of its own. */
    @Override
    public double errorBound(byte[] in, int at, int i) {
        return Double.POSITIVE_INFINITY;
    }

    /**
     * The scale of a sub-block is the best for its points as the odd numbers that their levels stand for, and s' is that
     * scale rounded to an odd multiple 2l + 1 of d, which is a thirty-first of the largest one times {@link #factor}.
     */
    @Override
    public Optional<SumBound> sumBound(byte[] in, int at, float[] x, RowContext row, int column) {
        float[] values = decoded(in, at);
        float[] fitted = new float[SIZE];
        FittedBound bound = new FittedBound(x, values);
        float[] weights = new float[rule.count()];
        float sum = Importances.sumOfSquares(x, 0, SIZE);
        float d = Halves.get(in, at);
        for (int s = 0; s < subs; s++) {
            int first = s * rule.count();
            weigh(x, first, sum, row.importance(), column + first, weights);
            double odd = d == 0 ? 1 : Math.rint(scale(in, at, s) * (double) grid.unit / d);
            for (int i = first; i < first + rule.count(); i++) {
                int level = grid.levels()[point(in, at, i / grid.weights) * grid.weights + i % grid.weights];
                fitted[i] = (float) Math.copySign(d * odd * (2 * level + 1), values[i]);
            }
            double ratio = FittedBound.rounded(d) * (odd - 1) / odd / factor;
            bound.add(first, rule.count(), weights, ratio, rule.epsilon(), fitted);
        }
        return Optional.of(bound.bound());
    }

    @Override
    public final List<PointRun> points(byte[] in, int at, int first) {
        double unit = (double) Halves.get(in, at) / grid.unit;
        ScaleSet scales = ScaleSet.of(
                "odd multiples of d",
                IntStream.range(0, 16).mapToDouble(l -> (2 * l + 1) * unit).toArray());
        PointRun.Signs signs = rule.evenSigns() ? PointRun.Signs.EVEN : PointRun.Signs.EACH;
        float[][] books = {grid.book(0)};
        List<PointRun> runs = new ArrayList<>();
        for (int s = 0; s < subs; s++) {
            runs.add(new PointRun(
                    first + s * rule.count(), rule.count(), grid.weights, books, signs, scale(in, at, s), scales));
        }
        return runs;
    }

    static String range(int from, int count) {
        return from + ".." + (from + count - 1);
    }

    static int get16(byte[] in, int at) {
        return (in[at] & 0xff) | (in[at + 1] & 0xff) << 8;
    }

    static int get32(byte[] in, int at) {
        return get16(in, at) | get16(in, at + 2) << 16;
    }

    static void put16(int value, byte[] out, int at) {
        out[at] = (byte) value;
        out[at + 1] = (byte) (value >> 8);
    }

    static void put32(int value, byte[] out, int at) {
        put16(value, out, at);
        put16(value >> 16, out, at + 2);
    }

    /** Names d and the four signs of seven bits and the scale in the 32-bit words of IQ2_XXS and IQ3_XXS. */
    static void nameSignsAndScale(BlockFields fields, int at, int sub) {
        for (int l = 0; l < 4; l++) {
            int first = sub * 32 + l * 8;
            int bit = l * 7;
            fields.add(
                    Role.SIGN,
                    "signs of " + range(first, 8),
                    BlockFields.weights(first, 8),
                    new BitRun(0, at * 8L + bit, 7));
        }
        fields.add(Role.SCALE, "scale of " + range(sub * 32, 32), BlockFields.weights(sub * 32, 32), at + 3, 4, 4);
    }

    /** Names the scales of 16 weights each, two in a byte. */
    static void nameNibbleScales(BlockFields fields, int at, int each) {
        for (int s = 0; s < SIZE / each; s++) {
            fields.add(
                    Role.SCALE,
                    "scale of " + range(s * each, each),
                    BlockFields.weights(s * each, each),
                    at + s / 2,
                    s % 2 * 4,
                    4);
        }
    }

    /** Names one sign bit per weight. */
    static void nameSigns(BlockFields fields, int at) {
        for (int i = 0; i < SIZE; i++) {
            fields.add(Role.SIGN, "sign[" + i + "]", new int[] {i}, at + i / 8, i % 8, 1);
        }
    }

    static void packNibbleScales(int[] scales, byte[] out, int at) {
        for (int s = 0; s < scales.length; s += 2) {
            out[at + s / 2] = (byte) (scales[s] | scales[s + 1] << 4);
        }
    }
}
