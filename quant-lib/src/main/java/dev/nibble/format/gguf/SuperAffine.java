package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.format.BitRun;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaledRun;
import java.util.ArrayList;
import java.util.List;

/**
 * Q2_K, Q4_K and Q5_K: value = d · scale · q − dmin · min, with an integer scale and an integer minimum per sub-block.
 * Each sub-block is searched for a real scale and minimum; these become integers under d and dmin; then every weight is
 * rounded again on the grid that is stored.
 */
abstract class SuperAffine extends SuperBlock {
    /** Largest code of a weight. */
    final int top;
    /** Largest integer scale and minimum. */
    private final int topScale;

    private final ScaleSearch.Affine plain;
    private final ScaleSearch.Affine weighted;
    private final float meanFactor;

    /**
     * @param sub weights in a sub-block
     * @param topScale largest integer scale and minimum
     * @param plain the search without an importance
     * @param meanFactor how much of the mean square goes into the weights with an importance
     */
    SuperAffine(int sub, int topScale, ScaleSearch.Affine plain, float meanFactor, Searches searches) {
        super(sub, searches);
        this.top = plain.nmax();
        this.topScale = topScale;
        this.plain = plain;
        this.weighted = new ScaleSearch.Affine(top, -0.9f, 0.05f, 36, false);
        this.meanFactor = meanFactor;
    }

    @Override
    public final String specials() {
        return "All zeros: every number of the block is 0. A sub-block that is constant and positive keeps a scale and the top"
                + " code, one that is constant and negative a minimum and scale 0; both come out as that constant as far as"
                + " its integer scale or minimum holds it. Sub-blocks much smaller than the largest of their block get"
                + " scale 0 and decode to one value. Blocks below about 4e-6 leave d and dmin at 0 and decode to zeros. A"
                + " scale beyond float16's 65,504 is refused, where ggml stores infinity.";
    }

    /** The weights of the search without an importance, block by block. */
    abstract void plainWeights(float[] x, int from, int blocks, float[] weights);

    /** Where the code of weight {@code i} is. */
    abstract BitRun[] codeRuns(int i);

    abstract BitRun[] scaleRuns(int j);

    abstract BitRun[] minRuns(int j);

    /**
     * How far beyond the ends of a searched grid a weight may lie.
     *
     * @param step of that grid
     * @param reach largest magnitude on it
     */
    abstract double beyond(double step, double reach);

    /** How far from a grid that ends below 0 a weight near 0 may lie beside that. */
    double lostNearZero(double distance) {
        return 0;
    }

    @Override
    Choice newChoice() {
        return new Choice(subs, true, SIZE);
    }

    @Override
    void search(Searches with, float[] x, int from, int blocks, RowContext row, int column, Work work) {
        if (row.hasImportance()) {
            importanceWeights(x, from, blocks, meanFactor, row.importance(), column, work.weights);
        } else {
            plainWeights(x, from, blocks, work.weights);
        }
        ScaleSearch.Affine grid = row.hasImportance() ? weighted : plain;
        with.affine(
                sub, grid, blocks * subs, x, from, work.weights, work.scales, work.mins, work.inverses, work.origins);
    }

    @Override
    void finish(Searches with, float[] x, int from, RowContext row, int b, Work work, Choice choice, SearchLog log) {
        float[] own = slice(work.scales, b * subs, work.own);
        if (row.hasImportance()) {
            sums(work.weights, b * SIZE, work.sums);
            SearchLog.about(log, ScaleTried.Of.SCALES, 0, SIZE);
            choice.wanted = ScaleSearch.positive(subs, topScale, own, work.sums, choice.scales, log);
            SearchLog.about(log, ScaleTried.Of.MINS, 0, SIZE);
            slice(work.mins, b * subs, own);
            choice.min = Halves.round(ScaleSearch.positive(subs, topScale, own, work.sums, choice.mins, log));
        } else {
            choice.wanted = plainScale(own, topScale, choice.scales);
            slice(work.mins, b * subs, own);
            choice.min = Halves.round(plainScale(own, topScale, choice.mins));
        }
        choice.d = Halves.round(choice.wanted);
        for (int j = 0; j < subs; j++) {
            choice.scales[j] = Math.min(topScale, choice.scales[j]);
            choice.mins[j] = Math.min(topScale, choice.mins[j]);
            work.divisors[j] = choice.d * choice.scales[j];
            work.adds[j] = choice.min * choice.mins[j];
            if (work.divisors[j] == 0) { // the searched codes stay, although they all decode to one value
                int k = b * subs + j;
                ScaleSearch.affineCodes(
                        sub, top, x, from + j * sub, work.inverses[k], work.origins[k], choice.codes, j * sub);
            }
        }
        with.round(sub, subs, x, from, work.adds, work.divisors, 0, top, 0, choice.codes);
    }

    @Override
    void check(BlockChosen chosen) {
        chosen.scales(subs, 0, topScale);
        chosen.mins(subs, 0, topScale);
        chosen.codes(SIZE, 0, top);
    }

    @Override
    void name(BlockFields fields) {
        int[] all = BlockFields.weights(0, SIZE);
        fields.half(Role.SCALE, "d", all, halves()[0]).half(Role.MIN, "dmin", all, halves()[1]);
        for (int j = 0; j < subs; j++) {
            int[] weights = BlockFields.weights(j * sub, sub);
            String of = " of " + j * sub + ".." + ((j + 1) * sub - 1);
            fields.add(Role.SCALE, "scale" + of, weights, scaleRuns(j));
            fields.add(Role.MIN, "min" + of, weights, minRuns(j));
        }
        for (int i = 0; i < SIZE; i++) {
            fields.code(i, codeRuns(i));
        }
    }

    @Override
    public List<ScaledRun> runs(byte[] in, int at, int first) {
        double d = Halves.get(in, at + halves()[0]);
        double dmin = Halves.get(in, at + halves()[1]);
        ScaleSet scales = ScaleSet.multiples(d, 0, topScale);
        ScaleSet offsets = ScaleSet.multiples(-dmin, 0, topScale);
        List<ScaledRun> runs = new ArrayList<>();
        for (int j = 0; j < subs; j++) {
            runs.add(new ScaledRun(
                    first + j * sub,
                    sub,
                    ScaledRun.integers(0, top),
                    d * scale(in, at, j),
                    -dmin * min(in, at, j),
                    scales,
                    ScaledRun.Shift.DOWN,
                    offsets));
        }
        return runs;
    }

    /** The integer scale of sub-block {@code j}. */
    abstract int scale(byte[] in, int at, int j);

    /** The integer minimum of sub-block {@code j}. */
    abstract int min(byte[] in, int at, int j);

    /**
     * Inside the grid half a step. At its ends a weight may lie beyond it: the search gives up range where that lowers
     * the weighted error, by no more than {@link #beyond} says; and its scale and minimum then become integers,
     * which moves each by up to half a unit of d and dmin, and those are rounded to fp16.
     */
    @Override
    public double errorBound(byte[] in, int at, int i) {
        double d = Halves.get(in, at + halves()[0]);
        double dmin = Halves.get(in, at + halves()[1]);
        int scale = scale(in, at, i / sub);
        int min = min(in, at, i / sub);
        int q = code(in, at, i);
        double step = d * scale;
        double mostScale = (scale + 0.5) * Halves.before((float) d);
        double mostMin = (min + 0.5) * Halves.before((float) dmin);
        double leastMin = Math.max(0, min - 0.5) * Math.max(0, dmin - Halves.slack((float) dmin));
        double beyond = beyond(mostScale, Math.max(mostMin, top * mostScale - leastMin));
        double end = top * step - dmin * min;
        double above = top * mostScale - leastMin - end + beyond + lostNearZero(-end);
        double below = mostMin - dmin * min + beyond;
        double bound;
        if (step == 0) { // the value is -dmin · min whatever the code
            bound = Math.max(above, below);
        } else {
            bound = Math.max(step / 2, q == top ? above : q == 0 ? below : 0);
        }
        return bound * (1 + 0x1p-16) + (mostMin + top * mostScale) * 0x1p-18;
    }
}
