package dev.nibble.format.codebook;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.BlockScaled;
import dev.nibble.format.Blocks;
import dev.nibble.format.ScaleType;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;

/** Fits the books of {@link KMeans} to weights, gives each weight the place of its level, and tells a trace how. */
final class KMeansEncoder {
    private final KMeans format;
    private final int bits;
    private final ScaleType type;
    private final KMeans.TensorBook fixed;

    KMeansEncoder(KMeans format) {
        this.format = format;
        this.bits = format.bits();
        this.type = format.type();
        this.fixed = format.tensorBook();
    }

    /** Fits a book to some weights, of which the first and how many there are matter for messages and the trace. */
    float[] fit(Matrix w, int from, int count, Points points, CancelToken cancel, Trace trace) {
        int row = from / w.cols();
        int column = from % w.cols();
        Lloyd[] self = new Lloyd[1];
        Lloyd.Listener listener = (round, levels) -> trace.add(
                () -> new LloydRound(row, column, count, round, levels.clone(), self[0].meanSquaredError(levels)));
        self[0] = new Lloyd(points, type, cancel, listener);
        float[] levels = format.exact() ? self[0].exact(1 << bits) : self[0].fit(1 << bits);
        for (float level : levels) {
            if (!Float.isFinite(level)) {
                int last = Math.min(w.cols() - column, count);
                throw Blocks.scaleTooLarge(w, from, last, level, type, format.recipe());
            }
        }
        return levels;
    }

    /** Quantizes a matrix: with the format's tensor book if it has one, else with a book for each row or group. */
    KMeansQuantized quantize(Matrix w, Progress progress, Trace trace) {
        CancelToken cancel = progress.cancelToken();
        String title = "quantize " + w.name() + " to " + format.recipe();
        int cols = w.cols();
        int size = format.groupSize(cols);
        int groups = Blocks.count(cols, size);
        byte[] packed = new byte[(int) CodeStream.bytes(w.size(), bits)];
        byte[] books =
                type.store(Math.multiplyExact(fixed != null ? 1 : Math.multiplyExact(w.rows(), groups), 1 << bits));
        if (fixed != null) {
            format.put(books, 0, fixed.levels());
        }
        Codebook tensorBook = fixed == null ? null : Codebook.of(fixed.levels());
        int step = format.pieceRows(cols);
        int rows = Math.max(1, Blocks.RANGE / cols / step) * step;
        Parallel.ranges(w.rows(), rows, progress, title, "rows", (first, last) -> {
            byte[] codes = new byte[(last - first) * cols];
            for (int i = first * cols, k = first * groups, n; i < last * cols; i += n, k++) {
                cancel.check(title);
                n = Math.min(size, cols - i % cols);
                Codebook book = tensorBook;
                if (book == null) {
                    requireFinite(w, i, i + n);
                    float[] fitted = fit(w, i, n, Points.of(w.values(), i, i + n), cancel, Trace.off());
                    format.put(books, k, fitted);
                    book = Codebook.of(fitted);
                }
                CodebookKernels.BEST.encode(w.values(), i, n, 1, book, codes, i - first * cols);
            }
            CodeStream.pack(codes, codes.length, bits, packed, first * cols);
        });
        byte[] range = fixed == null ? null : KMeans.range(fixed);
        var quantized = new KMeansQuantized(format, w.name(), w.rows(), cols, packed, books, range);
        if (trace.isOn()) {
            tell(trace, w, quantized, cancel);
        }
        return quantized;
    }

    private static void requireFinite(Matrix w, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!(Math.abs(w.values()[i]) <= Float.MAX_VALUE)) {
                throw Blocks.notFinite(w, from, to);
            }
        }
    }

    private void tell(Trace trace, Matrix w, KMeansQuantized quantized, CancelToken cancel) {
        int cols = w.cols();
        int size = format.groupSize(cols);
        for (int i = 0, k = 0, n; i < w.size(); i += n, k++) {
            cancel.check("trace " + w.name() + " under " + format.recipe());
            n = Math.min(size, cols - i % cols);
            int count = n;
            int row = i / cols;
            int column = i % cols;
            float[] x = Arrays.copyOfRange(w.values(), i, i + n);
            float[] levels = quantized.levels(k);
            float[] sorted = x.clone();
            Arrays.sort(sorted);
            float low = sorted[0];
            float high = sorted[n - 1];
            if (fixed == null) {
                fit(w, i, n, Points.of(x, 0, n), cancel, trace); // once more, for the rounds
                trace.add(() -> new BookFitted(row, column, count, levels, low, high));
            } else if (i == 0) {
                trace.add(() -> new BookFitted(0, 0, w.size(), levels, fixed.low(), fixed.high()));
            }
            trace.add(() -> new BlockScaled(row, column, count, low, high, 1, 1, 0));
            byte[] codes = new byte[n];
            for (int j = 0; j < n; j++) {
                codes[j] = (byte) quantized.code(row, column + j);
            }
            var chosen = CodesChosen.of(row, column, x, codes, Codebook.of(levels));
            trace.add(() -> chosen);
        }
    }
}
