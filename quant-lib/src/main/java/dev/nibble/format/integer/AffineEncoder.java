package dev.nibble.format.integer;

import dev.nibble.compute.Reductions;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Blocks;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Matrix;

/**
 * One matrix on its way into an {@link AffineFormat}: band by band of rows that groups do not cross, and in a band some
 * groups at a time: first their scales, then the codes, while their weights are near.
 */
final class AffineEncoder {
    /** Weights of the groups that are worked on together: 4 KB of them stay in the fastest cache. */
    static final int PIECE = 1024;

    private final AffineFormat format;
    private final AffineFormat.Spec spec;
    private final AffineRule rule;
    private final Matrix w;
    private final Progress progress;
    private final CancelToken cancel;
    private final Trace trace;
    private final String title;
    private final AffineQuantized q;
    /** Zeros that are codes, as fields, of all blocks; empty if there are none. */
    private final byte[] zeroFields;

    private final float[] beyond;
    /** Rows from which on groups begin with a row again; more where a row has one scale. */
    private final int band;

    /**
     * @param format with its survey done, if it needs one
     * @param owner what the result says it is in
     * @param out what may be written over, or null
     */
    AffineEncoder(AffineFormat format, AffineFormat owner, Matrix w, Progress progress, Trace trace, Quantized out) {
        this.format = format;
        this.spec = format.spec();
        this.rule = format.rule();
        this.w = w;
        this.progress = progress;
        this.cancel = progress.cancelToken();
        this.trace = trace;
        this.title = "quantize " + w.name() + " to " + format.recipe();
        this.q = AffineQuantized.over(out, owner, w.name(), w.rows(), w.cols());
        this.zeroFields = new byte
                [rule.zero() == AffineRule.Zero.INTEGER
                        ? Math.toIntExact(spec.grouping().scales(w.rows(), w.cols()))
                        : 0];
        boolean oneScale = spec.grouping().kind() == Grouping.Kind.ROW && !spec.rowsThroughFp8();
        this.band = oneScale && !trace.isOn()
                ? Math.min(w.rows(), Blocks.rowsTogether(w.cols()))
                : format.bandRows(w.cols());
        this.beyond = rule.clipsFreely() || spec.search().clips() ? new float[q.blocks()] : null;
    }

    AffineQuantized run() {
        int bands = (w.rows() + band - 1) / band;
        // A trace is told in order.
        int atATime = trace.isOn() ? bands : Math.max(1, Blocks.rowsAtATime(w.cols()) / band);
        Parallel.ranges(bands, atATime, progress, title, band == 1 ? "rows" : "bands of rows", (from, to) -> {
            Worker worker = new Worker();
            for (int i = from; i < to; i++) {
                worker.rows(i * band, Math.min(w.rows(), (i + 1) * band));
            }
        });
        if (zeroFields.length > 0) {
            q.putZeroFields(zeroFields);
        }
        q.keepBeyond(beyond);
        return q;
    }

    /** Groups of which the weights fill whole bytes, so that the next groups begin with a byte. */
    private int groupsAtATime(int inBand) {
        if (spec.grouping().crosses(w.cols()) || spec.grouping().kind() == Grouping.Kind.ROW) {
            return inBand;
        }
        int size = spec.grouping().groupSize(w.cols());
        int unit = spec.coding().unit(rule.bits());
        int least = 1;
        while ((long) least * size % unit != 0) {
            least++;
        }
        return Math.min(inBand, Math.max(least, PIECE / size / least * least));
    }

    /** What one thread needs. */
    private final class Worker {
        private final int blocksInBand = Math.toIntExact(spec.grouping().blocks(band, w.cols()));
        private final int atATime = groupsAtATime(blocksInBand);
        private final int size = spec.grouping().groupSize(w.cols());
        private final Grid grid = new Grid(rule, atATime, size);
        private final byte[] fields =
                new byte[PIECE / spec.coding().unit(rule.bits()) * spec.coding().unit(rule.bits())];
        private final Ranges ranges = new Ranges(spec, cancel, title, trace);
        private final HqqSolver solver = new HqqSolver(spec, trace);
        /** The weights: those of the matrix, or what became of the band on its way through FP8. */
        private float[] x = w.values();
        /** What became of a row on its way through FP8. */
        private float[] rounded;

        /** Index in {@code x} of the weight that has index 0 in the matrix. */
        private int shift;

        void rows(int from, int to) {
            cancel.check(title);
            int first = spec.grouping().block(from, 0, w.cols());
            int last = spec.grouping().block(to - 1, w.cols() - 1, w.cols());
            if (spec.rowsThroughFp8()) {
                rounded = Fp8Rows.through(w, from, to, rounded);
                x = rounded;
                shift = -from * w.cols();
            }
            ranges.locate(-shift, w.cols());
            for (int block = first; block <= last; block += atATime) {
                int n = Math.min(atATime, last - block + 1);
                choose(block, n);
                encode(block, n);
                if (trace.isOn()) {
                    tell(block, n);
                }
            }
        }

        private int start(int block) {
            return spec.grouping().start(block, w.cols());
        }

        private int count(int block) {
            return spec.grouping().count(block, w.cols());
        }

        private void choose(int block, int n) {
            int from = start(block);
            int to = start(block + n - 1) + count(block + n - 1);
            if (spec.grouping().kind() == Grouping.Kind.TENSOR) {
                AffineFormat.Surveyed known = format.surveyed();
                grid.low[0] = known.low();
                grid.high[0] = known.high();
                grid.from[0] = known.from();
                grid.to[0] = known.to();
            } else {
                see(from, to);
                requireFinite(block, n);
                if (spec.search().kind() == Search.Kind.NONE && rule.range() != AffineRule.Range.MEAN) {
                    for (int k = 0; k < n; k++) {
                        grid.from[k] = rule.low(grid.low[k], grid.high[k]);
                        grid.to[k] = rule.high(grid.low[k], grid.high[k]);
                    }
                } else {
                    ranges.choose(x, from + shift, n, this::count, block, grid);
                }
            }
            if (rule.isPlainSymmetric()) {
                Grids.fillSymmetric(rule, spec.scaleType(), grid, n);
            } else {
                for (int k = 0; k < n; k++) {
                    Grids.fill(rule, spec.scaleType(), spec.search().roundZero(), grid, k);
                }
            }
            if (spec.search().kind() == Search.Kind.HQQ) {
                for (int k = 0; k < n; k++) {
                    int at = start(block + k);
                    solver.solve(x, at + shift, count(block + k), grid, k, iterations(), at, w.cols());
                }
            }
            keep(block, n);
        }

        private int iterations() {
            return format.surveyed() != null
                    ? format.surveyed().iterations()
                    : Math.min(1, spec.search().iterations());
        }

        private void see(int from, int to) {
            int n = size;
            if (rule.seesMagnitudes()) {
                if (to - from <= Blocks.PIECE) {
                    Reductions.BEST.absmax(x, from + shift, to + shift, n, grid.high, 0);
                } else {
                    Blocks.absmax(x, from + shift, to + shift, n, grid.high, cancel, title);
                }
                int groups = (to - from - 1) / n + 1;
                for (int k = 0; k < groups; k++) {
                    grid.low[k] = -grid.high[k];
                }
            } else if (to - from <= Blocks.PIECE) {
                Reductions.BEST.extremes(x, from + shift, to + shift, n, grid.low, grid.high, 0);
            } else {
                Blocks.extremes(x, from + shift, to + shift, n, grid.low, grid.high, cancel, title);
            }
        }

        private void requireFinite(int block, int n) {
            float most = 0;
            for (int k = 0; k < n; k++) {
                // 0 times a finite number is 0; times any other it is not a number, and stays that in the sum
                most += grid.low[k] * 0 + grid.high[k] * 0;
            }
            if (most == 0) {
                return;
            }
            for (int k = 0; k < n; k++) {
                if (!Float.isFinite(grid.low[k]) || !Float.isFinite(grid.high[k])) {
                    throw Blocks.notFinite(w, start(block + k), start(block + k) + count(block + k));
                }
            }
        }

        private void keep(int block, int n) {
            if (!Grids.finite(grid, n)) {
                throw refused(block, n);
            }
            q.putScales(block, grid.stored, n);
            if (rule.hasFloatZero()) {
                q.putFloatZeros(block, grid.storedZero, n);
            } else if (zeroFields.length > 0) {
                int at = zeroFields.length == 1 ? 0 : block;
                for (int k = 0; k < (zeroFields.length == 1 ? 1 : n); k++) {
                    zeroFields[at + k] = (byte) ((int) grid.storedZero[k] + rule.offset());
                }
            }
            if (beyond != null) {
                for (int k = 0; k < n; k++) {
                    beyond[block + k] = Grids.beyond(grid, k, grid.low[k], grid.high[k]);
                }
            }
        }

        private RuntimeException refused(int block, int n) {
            int k = 0;
            while (k < n - 1 && Grids.isFinite(grid, k)) {
                k++;
            }
            return Float.isFinite(rule.scale(grid.from[k], grid.to[k]))
                    ? tooLarge(block + k, k)
                    : Blocks.notFinite(w, start(block + k), start(block + k) + count(block + k));
        }

        private RuntimeException tooLarge(int block, int k) {
            if (Float.isFinite(grid.stored[k]) && !Float.isFinite(grid.storedZero[k])) {
                return new IllegalArgumentException(String.format(
                        java.util.Locale.ROOT,
                        "%s: the zero of row %d, columns %d to %d is %g, more than a %s zero holds under %s%s",
                        w.name(),
                        start(block) / w.cols(),
                        start(block) % w.cols(),
                        (start(block) + count(block) - 1) % w.cols(),
                        grid.zero[k],
                        spec.scaleType().fullName(),
                        spec.recipe(),
                        spec.scaleType() == dev.nibble.format.ScaleType.F32 ? "" : "; add f32 to the recipe"));
            }
            return Blocks.scaleTooLarge(w, start(block), count(block), grid.wanted[k], spec.scaleType(), spec.recipe());
        }

        private void encode(int block, int n) {
            int at = start(block);
            int end = start(block + n - 1) + count(block + n - 1);
            int group = 0;
            int left = count(block);
            while (at < end) {
                cancel.check(title);
                int row = at / w.cols();
                int column = at % w.cols();
                boolean whole = rule.bits() == 8;
                int run = Math.min(Math.min(end - at, w.cols() - column), whole ? Blocks.PIECE : fields.length);
                if (whole) {
                    IntegerKernels.BEST.encode(
                            x, at + shift, run, grid, group, left, q.bytesOfCodes(), q.codeAt(row, column));
                } else {
                    IntegerKernels.BEST.encode(x, at + shift, run, grid, group, left, fields, 0);
                    q.putFields(row, column, fields, 0, run);
                }
                at += run;
                int over = run - left;
                if (over >= 0) { // whole groups behind the first, and what the next run finds of its first
                    group += 1 + over / size;
                    left = size - over % size;
                } else {
                    left -= run;
                }
            }
        }

        private void tell(int block, int n) {
            for (int k = 0; k < n; k++) {
                int index = block + k;
                int g = k;
                trace.add(() -> AffineTrace.block(w, start(index), count(index), grid, g, rule));
                trace.add(() -> AffineTrace.codes(w, start(index), count(index), grid, g, rule, q));
                trace.add(() -> AffineTrace.weights(w, start(index), count(index), grid, g, rule, q));
            }
        }
    }
}
