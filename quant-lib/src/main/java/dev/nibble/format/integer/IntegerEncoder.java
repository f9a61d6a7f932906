package dev.nibble.format.integer;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.BlockScaled;
import dev.nibble.format.Blocks;
import dev.nibble.tensor.Matrix;

/** One matrix on its way into an {@link IntegerFormat}: row by row, first the scales, then the codes. */
final class IntegerEncoder {
    private final IntegerFormat format;
    private final Matrix w;
    private final Progress progress;
    private final CancelToken cancel;
    private final Trace trace;
    private final String title;
    private final IntegerQuantized q;
    private final int size;
    private final int groups;
    /** Zero points of all groups; all 0 and never written to if the format is symmetric. */
    private final byte[] zeros;

    IntegerEncoder(IntegerFormat format, Matrix w, Progress progress, Trace trace) {
        Blocks.requireWeights(w);
        this.format = format;
        this.w = w;
        this.progress = progress;
        this.cancel = progress.cancelToken();
        this.trace = trace;
        this.title = "quantize " + w.name() + " to " + format.recipe();
        this.q = new IntegerQuantized(format, w.name(), w.rows(), w.cols());
        this.size = format.groupSize(w.cols());
        this.groups = Blocks.count(w.cols(), size);
        this.zeros = new byte[format.isSymmetric() ? 0 : Math.multiplyExact(w.rows(), groups)];
    }

    IntegerQuantized run() {
        var rule = new IntegerKernels.Rule(
                format.convention().multipliesByInverse(),
                format.convention().roundsAfterZero(),
                format.qmin(),
                format.qmax());
        int rowsAtATime = trace.isOn() ? w.rows() : Blocks.rowsAtATime(w.cols()); // a trace is told in order
        Parallel.ranges(w.rows(), rowsAtATime, progress, title, "rows", (from, to) -> {
            byte[] codes = new byte[Math.min(w.cols(), Blocks.PIECE)];
            int groupsAtATime = Math.min(groups, Math.max(1, Blocks.PIECE / size));
            float[] low = new float[groupsAtATime];
            float[] high = new float[groupsAtATime];
            for (int row = from; row < to; row++) {
                chooseScales(row, low, high);
                encode(row, codes, rule);
            }
        });
        q.packZeros(zeros, cancel, title);
        return q;
    }

    private void encode(int row, byte[] codes, IntegerKernels.Rule rule) {
        for (int column = 0, n; column < w.cols(); column += n) {
            cancel.check(title);
            n = Math.min(codes.length, w.cols() - column);
            IntegerKernels.BEST.encode(
                    w.values(), row * w.cols() + column, n, q.groups(row, column, n, zeros), rule, codes, 0);
            q.pack(row, column, codes, n);
        }
    }

    private void chooseScales(int row, float[] low, float[] high) {
        for (int g = 0, n; g < groups; g += n) {
            n = Math.min(low.length, groups - g);
            int column = g * size;
            int from = row * w.cols() + column;
            int to = from + (int) Math.min(w.cols() - column, (long) n * size);
            if (format.isSymmetric()) {
                Blocks.absmax(w.values(), from, to, size, high, cancel, title);
            } else {
                Blocks.extremes(w.values(), from, to, size, low, high, cancel, title);
            }
            for (int k = 0; k < n; k++) {
                float lo = format.isSymmetric() ? -high[k] : Math.min(0, low[k]);
                chooseScale(row, column + k * size, lo, Math.max(0, high[k]));
            }
        }
    }

    private void chooseScale(int row, int column, float low, float high) {
        int bits = format.bits();
        int index = row * groups + column / size;
        int count = Math.min(size, w.cols() - column);
        float wanted = format.isSymmetric()
                ? format.convention().symmetricScale(high, bits)
                : format.convention().asymmetricScale(low, high, bits);
        float scale = stored(row * w.cols() + column, count, wanted);
        int zero = format.isSymmetric() ? 0 : format.convention().zeroPoint(low, scale, bits);
        q.putScale(index, scale);
        if (!format.isSymmetric()) {
            zeros[index] = (byte) zero;
        }
        if (trace.isOn()) {
            trace.add(() -> new BlockScaled(row, column, count, low, high, wanted, scale, zero));
        }
    }

    /** The scale as stored; refuses weights that are not finite and scales that the type does not hold. */
    private float stored(int from, int count, float scale) {
        if (!Float.isFinite(scale)) {
            throw Blocks.notFinite(w, from, from + count);
        }
        float stored = format.scaleType().round(scale);
        int steps = format.isSymmetric() ? -format.qmin() : format.qmax() - format.qmin();
        if (!Float.isFinite(stored) || !Float.isFinite(stored * steps)) {
            throw Blocks.scaleTooLarge(w, from, count, scale, format.scaleType(), format.recipe());
        }
        return stored;
    }
}
