package dev.nibble.format.gguf;

import dev.nibble.format.PointRun;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.SumBound;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What IQ1_S and IQ1_M have in common: 256 weights as points of -1, 0 and 1 for each 8, moved up or down by 1/8, a three-bit
 * scale for each sub-block and one fp16 d for all. The choice of a block holds the scales 0..7, as minima the way in which
 * the points of each sub-block are moved, and as codes the index of each point. Source: ggml, quantize_row_iq1_s_impl,
 * quantize_row_iq1_m_impl; every sum in their order.
 */
abstract class TernaryGridCodec extends ChoosingCodec {
    static final int SIZE = 256;

    /** Number of sub-blocks. */
    final int subs;
    /** Weights of a sub-block. */
    final int count;
    /** Points of a sub-block. */
    final int points;

    /** A sub-block of smaller magnitudes is nothing. */
    private final float least;
    /** How many ways there are to move a sub-block's points; the last is the opposite of the first, and so on. */
    private final int ways;

    TernaryGridCodec(int subs, int ways, float least) {
        this.subs = subs;
        this.count = SIZE / subs;
        this.points = count / 8;
        this.ways = ways;
        this.least = least;
    }

    /** Importance of the weights of one sub-block, to {@code weights[0 ..)}. */
    abstract void weigh(float[] x, int from, float sigma2, float[] importance, int column, float[] weights);

    /** The levels of a point of a sub-block, {@link TernarySearch#UP} or {@link TernarySearch#DOWN}. */
    abstract float[] levels(int way, int point);

    /** Offers all splits of the sorted weights of a sub-block, moved in all ways. */
    abstract void split(TernarySearch search, float[] x, int from, float[] weights, SearchLog log);

    /** d before it is rounded, when points, ways and integer scales are chosen; {@code largest} of the scales is not 0. */
    abstract float wanted(float[] x, int from, RowContext row, int column, float sigma2, Choice choice, float largest);

    /** d of a stored block. */
    abstract float d(byte[] in, int at);

    /** The three-bit scale of a sub-block in a stored block. */
    abstract int scale(byte[] in, int at, int sub);

    /** Index of the point of 8 weights in a stored block. */
    abstract int point(byte[] in, int at, int octet);

    /** Whether the values of 8 weights of a stored block are moved down. */
    abstract boolean down(byte[] in, int at, int octet);

    @Override
    public final boolean takesImportance() {
        return true;
    }

    @Override
    public final float largest() {
        return Importances.LARGEST;
    }

    @Override
    final Choice newChoice() {
        return new Choice(subs, true, SIZE / 8);
    }

    @Override
    final void choose(float[] x, int from, RowContext row, int column, Choice choice, SearchLog log) {
        TernarySearch search = new TernarySearch(count);
        float[] weights = new float[count];
        float[] scales = new float[subs];
        float sigma2 = 2 * Importances.sumOfSquares(x, from, SIZE) / SIZE;
        for (int s = 0; s < subs; s++) {
            int first = count * s;
            weigh(x, from + first, sigma2, row.importance(), column + first, weights);
            SearchLog.about(log, ScaleTried.Of.WEIGHTS, first, count);
            scales[s] = search(search, x, from + first, weights, log);
            choice.mins[s] = search.found() ? search.shift : 0;
            for (int k = 0; k < points; k++) {
                choice.codes[points * s + k] = search.found() ? search.index[k] : 0;
            }
        }
        float max = Importances.largest(scales);
        float inverse = 1 / (max / 15);
        for (int s = 0; s < subs; s++) {
            choice.scales[s] = max == 0 ? 0 : Math.clamp(CRounding.nearest(0.5f * (inverse * scales[s] - 1)), 0, 7);
            choice.mins[s] = max == 0 ? 0 : choice.mins[s];
        }
        choice.wanted = max == 0 ? 0 : wanted(x, from, row, column, sigma2, choice, max);
        choice.d = Halves.round(choice.wanted);
    }

    /** The scale of one sub-block; its points and how they are moved stay in the search. */
    private float search(TernarySearch search, float[] x, int from, float[] weights, SearchLog log) {
        float max = ScaleSearch.absmax(x, from, count);
        search.begin(x, from, max);
        if (max < least) {
            return 0;
        }
        split(search, x, from, weights, log);
        if (!search.found()) {
            return 0;
        }
        if (search.settle()) {
            search.shift = ways - 1 - search.shift;
        }
        boolean on = true;
        for (int k = 0; k < points; k++) {
            on &= search.choose(k, x, from, weights, levels(search.shift, k));
            if (log != null) {
                search.tell(k, log);
            }
        }
        if (on) {
            return search.scale;
        }
        float sumqx = 0;
        float sumq2 = 0;
        byte[] level = Grid.IQ1.GRID.levels();
        for (int i = 0; i < count; i++) {
            float w = weights[i];
            float q = levels(search.shift, i / 8)[level[search.index[i / 8] * 8 + i % 8]];
            sumqx += w * q * x[from + i];
            sumq2 += w * q * q;
        }
        return sumqx > 0 && sumq2 > 0 ? sumqx / sumq2 : search.scale;
    }

    @Override
    final void check(BlockChosen chosen) {
        chosen.scales(subs, 0, 7);
        chosen.mins(subs, 0, ways - 1);
        chosen.codes(SIZE / 8, 0, 2047);
    }

    @Override
    public final void decode(byte[] in, int at, int blocks, float[] out, int to) {
        int bytes = type().blockBytes();
        byte[] values = Grid.IQ1.GRID.values();
        for (int b = 0; b < blocks; b++, at += bytes) {
            float d = d(in, at);
            for (int g = 0; g < SIZE / 8; g++, to += 8) {
                float scale = d * (2 * scale(in, at, g / points) + 1);
                float delta = down(in, at, g) ? -TernarySearch.DELTA : TernarySearch.DELTA;
                int point = point(in, at, g) * 8;
                for (int i = 0; i < 8; i++) {
                    out[to + i] = scale * (values[point + i] + delta);
                }
            }
        }
    }

    /** -1, 0 or 1, before the shift. */
    @Override
    public final int code(byte[] in, int at, int i) {
        return Grid.IQ1.GRID.values()[point(in, at, i / 8) * 8 + i % 8];
    }

    /**
     * Adds what is promised of a sub-block.
     *
     * @param weights what its weights count
     * @param scale its three-bit scale
     * @param d that of the block
     */
    abstract void promise(FittedBound bound, float[] weights, int sub, int scale, float d);

    @Override
    public final Optional<SumBound> sumBound(byte[] in, int at, float[] x, RowContext row, int column) {
        FittedBound bound = new FittedBound(x, decoded(in, at));
        float[] weights = new float[count];
        float sigma2 = 2 * Importances.sumOfSquares(x, 0, SIZE) / SIZE;
        for (int s = 0; s < subs; s++) {
            weigh(x, count * s, sigma2, row.importance(), column + count * s, weights);
            promise(bound, weights, s, scale(in, at, s), d(in, at));
        }
        return Optional.of(bound.bound());
    }

    /** The books that a run may take its points from. */
    abstract float[][] books(float[] up, float[] down);

    @Override
    public final List<PointRun> points(byte[] in, int at, int first) {
        double d = d(in, at);
        ScaleSet scales = ScaleSet.of(
                "odd multiples of d",
                IntStream.range(0, 8).mapToDouble(l -> (2 * l + 1) * d).toArray());
        Grid grid = Grid.IQ1.GRID;
        float[][] books = books(grid.book(TernarySearch.DELTA), grid.book(-TernarySearch.DELTA));
        List<PointRun> runs = new ArrayList<>();
        for (int s = 0; s < subs; s++) {
            double scale = d * (2 * scale(in, at, s) + 1);
            runs.add(new PointRun(first + s * count, count, 8, books, PointRun.Signs.NONE, scale, scales));
        }
        return runs;
    }

    /** Points trade weights against each other: none has a bound of its own. */
    @Override
    public final double errorBound(byte[] in, int at, int i) {
        return Double.POSITIVE_INFINITY;
    }
}
