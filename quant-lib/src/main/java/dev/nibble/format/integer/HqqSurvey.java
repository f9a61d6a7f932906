package dev.nibble.format.integer;

import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Blocks;
import dev.nibble.tensor.Matrix;

/**
 * How many iterations HQQ's solver makes on a tensor: it stops for all groups at once, after the first iteration that
 * does not lower the mean error over the whole tensor.
 */
final class HqqSurvey extends AffineSurvey {
    private static final int AT_A_TIME = 1 << 12;

    private final AffineFormat format;
    private final int iterations;
    private final double[] sums;
    private long weights;

    HqqSurvey(AffineFormat format) {
        this.format = format;
        this.iterations = format.spec().search().iterations();
        this.sums = new double[iterations];
    }

    @Override
    void look(Matrix piece, Progress progress, Trace trace) {
        AffineFormat.Spec spec = format.spec();
        int cols = piece.cols();
        int blocks = Math.toIntExact(spec.grouping().blocks(piece.rows(), cols));
        String title = "look at " + piece.name() + " for " + format.recipe();
        weights += piece.size();
        for (int first = 0; first < blocks; first += AT_A_TIME) {
            int from = first;
            int n = Math.min(AT_A_TIME, blocks - first);
            double[] each = new double[n * iterations];
            int grain = Math.max(1, Blocks.RANGE / 16 / spec.grouping().groupSize(cols));
            Parallel.ranges(n, grain, progress.cancelToken(), title, (a, b) -> {
                HqqSolver solver = new HqqSolver(spec, Trace.off());
                Grid grid = new Grid(spec.rule(), 1, spec.grouping().groupSize(cols));
                for (int k = a; k < b; k++) {
                    start(piece, from + k, grid);
                    for (int i = 0; i < iterations; i++) {
                        progress.cancelToken().check(title);
                        each[k * iterations + i] = solver.step(
                                piece.values(),
                                spec.grouping().start(from + k, cols),
                                spec.grouping().count(from + k, cols),
                                grid,
                                0);
                    }
                }
            });
            for (int i = 0; i < each.length; i++) {
                sums[i % iterations] += each[i];
            }
        }
    }

    private void start(Matrix w, int block, Grid grid) {
        AffineFormat.Spec spec = format.spec();
        int at = spec.grouping().start(block, w.cols());
        int count = spec.grouping().count(block, w.cols());
        Blocks.extremes(w.values(), at, at + count, count, grid.low, grid.high, Progress.NONE.cancelToken(), w.name());
        grid.from[0] = grid.low[0];
        grid.to[0] = grid.high[0];
        if (!Float.isFinite(grid.from[0]) || !Float.isFinite(grid.to[0] - grid.from[0])) {
            throw Blocks.notFinite(w, at, at + count);
        }
        Grids.fill(spec.rule(), spec.scaleType(), spec.search().roundZero(), grid, 0);
    }

    @Override
    void passed() {}

    @Override
    boolean unfinished() {
        return false;
    }

    @Override
    AffineFormat found() {
        float best = Float.POSITIVE_INFINITY;
        int made = 0;
        while (made < iterations) {
            float error = (float) (sums[made++] / weights);
            if (!(error < best)) {
                break; // the zero has been moved once more all the same
            }
            best = error;
        }
        return new AffineFormat(format.spec(), new AffineFormat.Surveyed(0, 0, 0, 0, made));
    }
}
