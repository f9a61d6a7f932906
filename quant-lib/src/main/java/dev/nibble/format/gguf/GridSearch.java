package dev.nibble.format.gguf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The search for the points of one sub-block of IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS and IQ3_S: candidates for the scale are
 * tried; under each, every group of weights gets the nearest levels, or the best neighbour where those are not on the grid,
 * and the scale that fits them best; the candidate with the least weighted error is kept, and its groups are looked at
 * once more under that scale. Holds its own workspace: one for each thread. Source: ggml, quantize_row_iq2_xxs_impl and
 * its siblings; every sum in its order.
 */
final class GridSearch {
    /**
     * What differs between the types.
     *
     * @param grid the points
     * @param count weights of a sub-block
     * @param levels levels of a weight; level l stands for the odd number 2l + 1
     * @param tries candidates on either side of the one that puts the largest magnitude on the last level
     * @param step distance of the candidates, in levels
     * @param evenSigns only an even number of minus signs in 8 weights can be stored; else each has its own
     * @param epsilon a sub-block whose largest magnitude is below it is all zero
     * @param fitted the candidates lie around a scale fitted beforehand, not around the largest magnitude
     * @param allAgain in the end all groups are looked at again, not only those off the grid
     * @param offAtFirst before any candidate, groups count as off the grid
     */
    record Rule(
            Grid grid,
            int count,
            int levels,
            int tries,
            float step,
            boolean evenSigns,
            float epsilon,
            boolean fitted,
            boolean allAgain,
            boolean offAtFirst) {}

    private final Rule rule;
    private final Grid grid;
    private final int groups;
    /** Magnitudes of the weights; one of 8 may be negative where its sign could not be stored. */
    private final float[] magnitude;

    private final float[] roots;
    private final byte[] level;
    private final byte[] tried;
    private final boolean[] on;
    private final boolean[] triedOn;
    private final int[] fit;
    /** Minus signs of each 8 weights, lowest bit first; seven bits where the eighth follows from them. */
    private final int[] signs;
    /** Index of the point of each group. */
    private final int[] index;

    GridSearch(Rule rule) {
        this.rule = rule;
        this.grid = rule.grid();
        this.groups = rule.count() / grid.weights;
        this.magnitude = new float[rule.count()];
        this.roots = new float[rule.count()];
        this.level = new byte[rule.count()];
        this.tried = new byte[rule.count()];
        this.on = new boolean[groups];
        this.triedOn = new boolean[groups];
        this.fit = new int[rule.count()];
        this.signs = new int[rule.count() / 8];
        this.index = new int[groups];
    }

    int[] signs() {
        return signs;
    }

    int[] index() {
        return index;
    }

    /**
     * Searches one sub-block; {@link #signs()} and {@link #index()} are then its choice.
     *
     * @param weights importance of each weight, from index 0 on
     * @return the scale of the odd numbers, not negative; 0 for a sub-block of zeros, whose signs and points are then 0
     */
    float run(float[] x, int from, float[] weights, SearchLog log) {
        int n = rule.count();
        for (int i = 0; i < n; i++) {
            roots[i] = (float) Math.sqrt(weights[i]);
        }
        takeSigns(x, from, weights);
        float max = magnitude[0];
        for (int i = 1; i < n; i++) {
            max = magnitude[i] > max ? magnitude[i] : max;
        }
        Arrays.fill(level, (byte) 0);
        float scale = 0;
        float span = 0;
        if (max >= rule.epsilon()) {
            scale = rule.fitted()
                    ? ScaleSearch.positive(n, rule.levels() + 1, magnitude, weights, fit, null)
                    : max / (2 * rule.levels() - 1);
            span = rule.fitted() ? scale * rule.levels() : max;
        }
        if (span <= 0) {
            Arrays.fill(signs, 0);
            Arrays.fill(index, 0);
            return 0;
        }
        scale = again(best(scale, span, weights, log), weights);
        if (scale < 0) {
            scale = -scale;
            for (int k = 0; k < signs.length; k++) {
                signs[k] ^= rule.evenSigns() ? 127 : 255;
            }
        }
        for (int k = 0; k < groups; k++) {
            index[k] = grid.indexOf(grid.pack(level, k * grid.weights));
            if (log != null) {
                tell(k, scale, log);
            }
        }
        return scale;
    }

    /** Tells of the point of one group, beside the levels that the scale asks for. */
    private void tell(int group, float scale, SearchLog log) {
        int at = group * grid.weights;
        List<Integer> wanted = new ArrayList<>();
        List<Integer> taken = new ArrayList<>();
        int packed = 0;
        for (int i = 0; i < grid.weights; i++) {
            int l = nearestLevel(1 / scale, magnitude[at + i]);
            wanted.add(l);
            taken.add((int) level[at + i]);
            packed |= l << (grid.levelBits * i);
        }
        int near = grid.indexOf(packed) >= 0 ? 0 : grid.neighbours(packed).length;
        log.point(at, wanted, taken, index[group], near);
    }

    /** The level whose odd number is nearest. */
    private int nearestLevel(float inverse, float v) {
        return Math.clamp(CRounding.nearest(0.5f * (inverse * v - 1)), 0, rule.levels() - 1);
    }

    private void takeSigns(float[] x, int from, float[] weights) {
        for (int k = 0; k < signs.length; k++) {
            int minus = 0;
            for (int i = 8 * k; i < 8 * k + 8; i++) {
                boolean negative = !(x[from + i] >= 0);
                magnitude[i] = negative ? -x[from + i] : x[from + i];
                minus |= (negative ? 1 : 0) << (i & 7);
            }
            if (rule.evenSigns()) {
                if (Integer.bitCount(minus) % 2 != 0) {
                    int least = leastOf(x, from, weights, 8 * k);
                    magnitude[8 * k + least] = -magnitude[8 * k + least];
                    minus ^= 1 << least;
                }
                minus &= 127;
            }
            signs[k] = minus;
        }
    }

    /** Which of 8 weights matters least. */
    private static int leastOf(float[] x, int from, float[] weights, int at) {
        int least = 0;
        float min = weights[at] * x[from + at] * x[from + at];
        for (int i = 1; i < 8; i++) {
            float error = weights[at + i] * x[from + at + i] * x[from + at + i];
            if (error < min) {
                min = error;
                least = i;
            }
        }
        return least;
    }

    /** Tries the candidates; {@link #level} and {@link #on} are then those of the best. */
    private float best(float start, float span, float[] weights, SearchLog log) {
        float scale = start;
        float best = 0;
        Arrays.fill(on, !rule.offAtFirst());
        for (int t = -rule.tries(); t <= rule.tries(); t++) {
            float inverse = (2 * rule.levels() - 1 + t * rule.step()) / span;
            float step = 1 / inverse;
            for (int k = 0; k < groups; k++) {
                triedOn[k] = choose(k, inverse, step, tried);
            }
            float sumqx = 0;
            float sumq2 = 0;
            for (int i = 0; i < tried.length; i++) {
                float w = weights[i];
                float q = 2 * tried[i] + 1;
                sumqx += w * magnitude[i] * q;
                sumq2 += w * q * q;
            }
            boolean better = sumq2 > 0 && sumqx * sumqx > best * sumq2;
            if (better) {
                scale = sumqx / sumq2;
                best = scale * sumqx;
                System.arraycopy(tried, 0, level, 0, level.length);
                System.arraycopy(triedOn, 0, on, 0, groups);
            }
            if (log != null) {
                log.tried(
                        t,
                        sumq2 > 0 ? sumqx / sumq2 : 0,
                        0,
                        Importances.error(magnitude, 0, weights, 0, tried.length, sumqx, sumq2),
                        better);
            }
        }
        return scale;
    }

    /** The second look, under the scale that was found. */
    private float again(float found, float[] weights) {
        int off = 0;
        for (int k = 0; k < groups; k++) {
            off += on[k] ? 0 : 1;
        }
        if (!(found > 0) || (off == 0 && !rule.fitted())) {
            return found;
        }
        float inverse = 1 / found;
        for (int k = 0; k < groups; k++) {
            if (rule.allAgain() || !on[k]) {
                choose(k, inverse, found, level);
            }
        }
        float sumqx = 0;
        float sumq2 = 0;
        for (int i = 0; i < level.length; i++) {
            float w = weights[i];
            float q = 2 * level[i] + 1;
            sumqx += w * magnitude[i] * q;
            sumq2 += w * q * q;
        }
        return sumq2 > 0 ? sumqx / sumq2 : found;
    }

    /** Levels of one group under a scale: the nearest ones, or those of the best neighbour. Says if the nearest were kept. */
    private boolean choose(int group, float inverse, float scale, byte[] levels) {
        int at = group * grid.weights;
        int packed = 0;
        for (int i = 0; i < grid.weights; i++) {
            int l = nearestLevel(inverse, magnitude[at + i]);
            levels[at + i] = (byte) l;
            packed |= l << (grid.levelBits * i);
        }
        if (grid.indexOf(packed) >= 0) {
            return true;
        }
        int best = -1;
        float least = Float.MAX_VALUE;
        byte[] points = grid.levels();
        for (int point : grid.neighbours(packed)) {
            float sum = 0;
            for (int i = 0; i < grid.weights; i++) {
                float difference = scale * (2 * points[point * grid.weights + i] + 1) - magnitude[at + i];
                sum += roots[at + i] * difference * difference;
            }
            if (sum < least) {
                least = sum;
                best = point;
            }
        }
        if (best < 0) { // every error is more than float32 holds: the levels of no point are right
            best = 0;
        }
        System.arraycopy(points, best * grid.weights, levels, at, grid.weights);
        return false;
    }
}
