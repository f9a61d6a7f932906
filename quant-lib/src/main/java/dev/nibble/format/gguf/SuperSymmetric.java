package dev.nibble.format.gguf;

import dev.nibble.format.BitField.Role;
import dev.nibble.format.BitRun;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaledRun;
import java.util.ArrayList;
import java.util.List;

/**
 * Q3_K and Q6_K: value = d · scale · (q − half), with an integer scale of either sign per sub-block of 16 weights. Each
 * sub-block is searched for a real scale; these become integers under d; then every weight is rounded again on the grid
 * that is stored.
 */
abstract class SuperSymmetric extends SuperBlock {
    /** Codes are stored with this added. */
    final int half;

    SuperSymmetric(int half, Searches searches) {
        super(16, searches);
        this.half = half;
    }

    abstract BitRun[] codeRuns(int i);

    abstract BitRun[] scaleRuns(int j);

    /** The integer scale of sub-block {@code j}, with its sign. */
    abstract int scale(byte[] in, int at, int j);

    /** The largest integer scale, which one that would be one larger is clamped to. */
    abstract int topScale();

    /** The largest magnitude that a sub-block may hold, in steps of the scale that the search finds for it. */
    abstract double reach();

    @Override
    int zero() {
        return half;
    }

    @Override
    Choice newChoice() {
        return new Choice(subs, false, SIZE);
    }

    /** Rounds every weight on the grid of d and the integer scales minus {@code scaleOffset}. */
    final void roundAll(Searches with, float[] x, int from, int scaleOffset, Work work, Choice choice) {
        for (int j = 0; j < subs; j++) {
            work.divisors[j] = choice.d * (choice.scales[j] - scaleOffset);
            work.adds[j] = 0;
        }
        with.round(sub, subs, x, from, work.adds, work.divisors, -half, half - 1, half, choice.codes);
    }

    /** The first of the sub-blocks' scales of largest magnitude. */
    static float largest(float[] scales) {
        return ScaleSearch.firstLargest(scales, 0, scales.length);
    }

    @Override
    void name(BlockFields fields) {
        fields.half(Role.SCALE, "d", BlockFields.weights(0, SIZE), halves()[0]);
        for (int j = 0; j < subs; j++) {
            String name = "scale of " + j * sub + ".." + ((j + 1) * sub - 1);
            fields.add(Role.SCALE, name, BlockFields.weights(j * sub, sub), scaleRuns(j));
        }
        for (int i = 0; i < SIZE; i++) {
            fields.code(i, codeRuns(i));
        }
    }

    @Override
    public List<ScaledRun> runs(byte[] in, int at, int first) {
        double d = Halves.get(in, at + halves()[0]);
        ScaleSet scales = ScaleSet.multiples(d, -topScale() - 1, topScale());
        List<ScaledRun> runs = new ArrayList<>();
        for (int j = 0; j < subs; j++) {
            runs.add(ScaledRun.of(
                    first + j * sub, sub, ScaledRun.integers(-half, half - 1), d * scale(in, at, j), scales));
        }
        return runs;
    }

    /**
     * Inside the grid half a step. At its ends a weight may lie beyond it: no further than {@link #reach} steps of the
     * searched scale, which differs from the stored one by up to half a unit of d (a whole one where it was clamped) and
     * by d's rounding to fp16.
     */
    @Override
    public double errorBound(byte[] in, int at, int i) {
        float d = Halves.get(in, at + halves()[0]);
        int scale = scale(in, at, i / sub);
        int l = code(in, at, i) - half;
        double step = Math.abs((double) d * scale);
        double unit = Halves.before(d);
        double most = (Math.abs(scale) + (scale == topScale() ? 1 : 0.5)) * unit;
        double beyond = reach() * most - (step == 0 ? 0 : Math.abs(l) * step);
        boolean end = step == 0 || l == -half || l == half - 1;
        return (end ? Math.max(step / 2, beyond) : step / 2) * (1 + 0x1p-16) + ScaleSearch.NOTHING;
    }
}
