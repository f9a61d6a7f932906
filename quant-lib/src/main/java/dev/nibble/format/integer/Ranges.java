package dev.nibble.format.integer;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Trace;
import dev.nibble.format.ScaleType;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/** Finds the range of each group: from its extremes, its mean magnitude or its percentiles, or by trying. */
final class Ranges {
    private final AffineFormat.Spec spec;
    private final AffineRule rule;
    private final CancelToken cancel;
    private final String title;
    private final Trace trace;

    Ranges(AffineFormat.Spec spec, CancelToken cancel, String title, Trace trace) {
        this.spec = spec;
        this.rule = spec.rule();
        this.cancel = cancel;
        this.title = title;
        this.trace = trace;
    }

    /**
     * Ranges of {@code n} groups whose extremes are in the grid.
     *
     * @param at index in x of the first weight of the first group
     * @param count weights of a block, by its number
     * @param block number of the first
     */
    void choose(float[] x, int at, int n, IntUnaryOperator count, int block, Grid grid) {
        for (int k = 0, from = at; k < n; k++) {
            int weights = count.applyAsInt(block + k);
            float low = grid.low[k];
            float high = grid.high[k];
            if (rule.range() == AffineRule.Range.MEAN) {
                high = mean(x, from, weights);
            } else if (spec.search().kind() == Search.Kind.PERCENTILE) {
                cancel.check(title);
                float[] sorted = sorted(x, from, weights);
                low = percentile(sorted, 100 - spec.search().percentile());
                high = percentile(sorted, spec.search().percentile());
            }
            grid.from[k] = rule.low(low, high);
            grid.to[k] = rule.high(low, high);
            if (spec.search().kind() == Search.Kind.MSE) {
                search(x, from, weights, grid, k);
            }
            from += weights;
        }
    }

    /** Mean magnitude: float64 sum, rounded once. */
    static float mean(float[] x, int from, int count) {
        return (float) (sum(x, from, count) / count);
    }

    /** Sum of magnitudes in float64: eight sums of every eighth, added up as a tree, then the rest in order. */
    static double sum(float[] x, int from, int count) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        double s4 = 0;
        double s5 = 0;
        double s6 = 0;
        double s7 = 0;
        int i = from;
        for (int end = from + count - 7; i < end; i += 8) { // one sum would wait for itself with every weight
            s0 += Math.abs(x[i]);
            s1 += Math.abs(x[i + 1]);
            s2 += Math.abs(x[i + 2]);
            s3 += Math.abs(x[i + 3]);
            s4 += Math.abs(x[i + 4]);
            s5 += Math.abs(x[i + 5]);
            s6 += Math.abs(x[i + 6]);
            s7 += Math.abs(x[i + 7]);
        }
        double sum = ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
        for (; i < from + count; i++) {
            sum += Math.abs(x[i]);
        }
        return sum;
    }

    private float[] sorted(float[] x, int from, int count) {
        float[] sorted = Arrays.copyOfRange(x, from, from + count);
        if (rule.seesMagnitudes()) {
            for (int i = 0; i < count; i++) {
                sorted[i] = Math.abs(sorted[i]);
            }
        }
        Arrays.sort(sorted);
        return sorted;
    }

    /** The number at p percent of the way through a sorted array, between two neighbours in proportion (numpy.quantile). */
    static float percentile(float[] sorted, double p) {
        double place = p / 100 * (sorted.length - 1);
        int i = (int) place;
        float below = sorted[i];
        return i + 1 < sorted.length ? between(below, sorted[i + 1], place - i) : below;
    }

    static float between(float below, float above, double part) {
        return (float) (below + ((double) above - below) * part);
    }

    /** GPTQ's search: the shrunken range with the least sum of |error|^2.4, the earlier one on a tie. */
    private void search(float[] x, int from, int count, Grid grid, int k) {
        float lo = grid.from[k];
        float hi = grid.to[k];
        float bestLow = lo;
        float bestHigh = hi;
        float best = Float.POSITIVE_INFINITY;
        for (int i = 0; i < Search.CANDIDATES; i++) {
            cancel.check(title);
            float factor = Search.factor(i);
            grid.from[k] = factor * lo;
            grid.to[k] = factor * hi;
            float error = error(spec, x, from, count, grid, k);
            boolean better = error < best;
            if (better) {
                best = error;
                bestLow = grid.from[k];
                bestHigh = grid.to[k];
            }
            if (trace.isOn()) {
                int at = traceAt;
                trace.add(() -> new ClipCandidate(
                        (at + from) / traceCols,
                        (at + from) % traceCols,
                        factor,
                        grid.wanted[k],
                        grid.zero[k],
                        error,
                        better));
            }
        }
        grid.from[k] = bestLow;
        grid.to[k] = bestHigh;
    }

    private int traceAt;
    private int traceCols = 1;

    /** Where index 0 of the weights lies in the matrix, for the trace. */
    void locate(int at, int cols) {
        traceAt = at;
        traceCols = cols;
    }

    /** The error of the range in the grid, with the numbers that codes are computed from. */
    static float error(AffineFormat.Spec spec, float[] x, int from, int count, Grid grid, int k) {
        AffineRule rule = spec.rule();
        ScaleType type = spec.scaleType();
        Grids.fill(rule, type, false, grid, k);
        if (!rule.fromStored()) {
            Grids.decodeUnrounded(rule, grid, k);
        }
        return IntegerKernels.BEST.error(x, from, count, grid, k);
    }
}
