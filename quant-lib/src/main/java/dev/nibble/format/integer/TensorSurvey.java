package dev.nibble.format.integer;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Blocks;
import dev.nibble.tensor.Matrix;

/** The range of a tensor that has one scale: its extremes, its mean magnitude, its percentiles, or the best of a search. */
final class TensorSurvey extends AffineSurvey {
    private static final int AT_A_TIME = 1 << 12;

    private final AffineFormat format;
    private final AffineFormat.Spec spec;
    private final AffineRule rule;
    private final OrderStatistics percentiles;
    private final double[] errors = new double[Search.CANDIDATES];
    private int passes;
    private float low = Float.POSITIVE_INFINITY;
    private float high = Float.NEGATIVE_INFINITY;
    private double sum;
    private long weights;
    private Trace trace = Trace.off();

    TensorSurvey(AffineFormat format) {
        this.format = format;
        this.spec = format.spec();
        this.rule = spec.rule();
        double p = spec.search().percentile();
        this.percentiles = spec.search().kind() == Search.Kind.PERCENTILE ? new OrderStatistics(100 - p, p) : null;
    }

    private boolean searches() {
        return spec.search().kind() == Search.Kind.MSE;
    }

    @Override
    boolean unfinished() {
        return passes < (searches() || percentiles != null ? 2 : 1);
    }

    @Override
    void look(Matrix piece, Progress progress, Trace told) {
        this.trace = told;
        String title = "look at " + piece.name() + " for " + format.recipe();
        CancelToken cancel = progress.cancelToken();
        if (passes == 1 && searches()) {
            search(piece, cancel, title);
            return;
        }
        float[] x = null;
        int cols = piece.cols();
        for (int row = 0; row < piece.rows(); row++) {
            cancel.check(title);
            int at = row * cols;
            x = spec.rowsThroughFp8() ? Fp8Rows.through(piece, row, row + 1, x) : piece.values();
            int from = spec.rowsThroughFp8() ? 0 : at;
            if (passes == 0) {
                extremes(piece, x, from, at, cancel, title);
            }
            if (percentiles != null) {
                count(x, from, cols);
            }
        }
    }

    private void extremes(Matrix piece, float[] x, int from, int at, CancelToken cancel, String title) {
        int cols = piece.cols();
        float[] lowest = {0};
        float[] highest = {0};
        if (rule.seesMagnitudes()) {
            Blocks.absmax(x, from, from + cols, cols, highest, cancel, title);
            lowest[0] = -highest[0];
        } else {
            Blocks.extremes(x, from, from + cols, cols, lowest, highest, cancel, title);
        }
        if (!Float.isFinite(lowest[0]) || !Float.isFinite(highest[0])) {
            throw Blocks.notFinite(piece, at, at + cols);
        }
        low = Math.min(low, lowest[0]);
        high = Math.max(high, highest[0]);
        weights += cols;
        if (rule.range() == AffineRule.Range.MEAN) {
            sum += Ranges.sum(x, from, cols);
        }
    }

    private void count(float[] x, int from, int cols) {
        boolean magnitudes = rule.seesMagnitudes();
        for (int i = from; i < from + cols; i++) {
            float v = magnitudes ? Math.abs(x[i]) : x[i];
            if (passes == 0) {
                percentiles.count(v);
            } else {
                percentiles.refine(v);
            }
        }
    }

    /** Adds the error of every candidate over every row, rows in order. */
    private void search(Matrix piece, CancelToken cancel, String title) {
        int cols = piece.cols();
        for (int first = 0; first < piece.rows(); first += AT_A_TIME) {
            int start = first;
            int n = Math.min(AT_A_TIME, piece.rows() - first);
            float[] each = new float[n * errors.length];
            Parallel.ranges(n, 1, cancel, title, (from, to) -> {
                Grid grid = new Grid(rule, 1, cols);
                for (int k = from; k < to; k++) {
                    int row = start + k;
                    float[] x = spec.rowsThroughFp8() ? Fp8Rows.through(piece, row, row + 1, null) : piece.values();
                    int at = spec.rowsThroughFp8() ? 0 : row * cols;
                    for (int i = 0; i < errors.length; i++) {
                        cancel.check(title);
                        candidate(grid, i);
                        each[k * errors.length + i] = Ranges.error(spec, x, at, cols, grid, 0);
                    }
                }
            });
            for (int i = 0; i < each.length; i++) {
                errors[i % errors.length] += each[i];
            }
        }
    }

    private void candidate(Grid grid, int i) {
        grid.from[0] = Search.factor(i) * rule.low(low, high);
        grid.to[0] = Search.factor(i) * rule.high(low, high);
    }

    @Override
    void passed() {
        passes++;
        if (percentiles != null && passes == 1) {
            percentiles.locate();
        }
    }

    @Override
    AffineFormat found() {
        float lo = low;
        float hi = high;
        if (percentiles != null) {
            lo = percentiles.percentile(0);
            hi = percentiles.percentile(1);
        } else if (rule.range() == AffineRule.Range.MEAN) {
            hi = (float) (sum / weights);
        }
        float from = rule.low(lo, hi);
        float to = rule.high(lo, hi);
        if (searches()) {
            Grid grid = new Grid(rule, 1, 1);
            double best = Double.POSITIVE_INFINITY;
            for (int i = 0; i < errors.length; i++) {
                candidate(grid, i);
                Grids.fill(rule, spec.scaleType(), false, grid, 0);
                double error = errors[i];
                boolean better = error < best;
                if (better) {
                    best = error;
                    from = grid.from[0];
                    to = grid.to[0];
                }
                int candidate = i;
                trace.add(() ->
                        new ClipCandidate(0, 0, Search.factor(candidate), grid.wanted[0], grid.zero[0], error, better));
            }
        }
        return new AffineFormat(spec, new AffineFormat.Surveyed(low, high, from, to, 0));
    }
}
