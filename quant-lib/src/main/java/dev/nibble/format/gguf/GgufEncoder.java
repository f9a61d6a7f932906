package dev.nibble.format.gguf;

import dev.nibble.compute.Reductions;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Blocks;
import dev.nibble.format.Importance;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Matrix;
import java.util.Locale;

/** One matrix on its way to the blocks of one GGUF type. */
final class GgufEncoder {
    private final GgufFormat format;
    private final BlockCodec codec;
    private final DType type;
    private final Matrix w;
    private final float[] importance;
    private final double mostImportant;
    private final Progress progress;
    private final CancelToken cancel;
    private final Trace trace;
    private final String title;
    private final int blocksPerRow;
    private final byte[] out;

    GgufEncoder(GgufFormat format, Matrix w, Importance importance, Progress progress, Trace trace, Quantized over) {
        this.format = format;
        this.codec = format.codec();
        this.type = codec.type();
        this.w = w;
        this.progress = progress;
        this.cancel = progress.cancelToken();
        this.trace = trace;
        this.title = "quantize " + w.name();
        Blocks.requireWeights(w);
        format.requireWholeBlocks(w.name(), w.cols());
        this.importance = weights(importance);
        double most = 0;
        for (int i = 0; this.importance != null && i < w.cols(); i++) {
            most = Math.max(most, this.importance[i]);
        }
        this.mostImportant = most;
        this.blocksPerRow = w.cols() / type.blockSize();
        long bytes = format.layout(w.rows(), w.cols()).getFirst().bytes();
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s takes %,d bytes as %s, more than one matrix holds; quantize some of its rows at a time",
                    w,
                    bytes,
                    format));
        }
        this.out = GgufQuantized.room(over, format, w.rows(), w.cols(), (int) bytes);
    }

    private float[] weights(Importance given) {
        if (!codec.writes()) {
            throw new IllegalArgumentException(format + ": can be read, not written");
        }
        if (given == null) {
            if (codec.needsImportance()) {
                throw new IllegalArgumentException(
                        format + " can not be made without an importance matrix (--imatrix): its few bits go to the"
                                + " columns that matter");
            }
            return null;
        }
        if (!codec.takesImportance()) {
            throw new IllegalArgumentException(format + " takes no importance matrix");
        }
        given.requireColumns(w.name(), w.cols());
        return given.columns();
    }

    Quantized run() {
        int blocks = w.size() / type.blockSize();
        float[] meanSquares = importance != null && codec.usesRowMeanSquare() ? meanSquares() : null;
        if (trace.isOn()) {
            try (Progress.Task task = progress.task(title, blocks, "blocks")) {
                for (int b = 0; b < blocks; b++) {
                    cancel.check(title);
                    encodeTraced(b, context(meanSquares, b / blocksPerRow));
                    task.step(1);
                }
            }
        } else {
            int grain = Math.max(1, Blocks.RANGE / type.blockSize());
            Parallel.ranges(blocks, grain, progress, title, "blocks", (from, to) -> {
                if (importance == null) {
                    encode(from, to - from, RowContext.NONE);
                    return;
                }
                for (int b = from, n; b < to; b += n) { // a range may begin inside a row and end inside one
                    n = Math.min(to - b, blocksPerRow - b % blocksPerRow);
                    encode(b, n, context(meanSquares, b / blocksPerRow));
                }
            });
        }
        return new GgufQuantized(format, w.name(), w.rows(), w.cols(), out, importance);
    }

    private RowContext context(float[] meanSquares, int row) {
        return meanSquares == null ? RowContext.of(importance) : new RowContext(importance, meanSquares[row]);
    }

    /** Blocks of one row, or of many where there is no importance. */
    private void encode(int first, int count, RowContext context) {
        float[] high = new float[1];
        int most = Math.max(1, codec.piece() / type.blockSize());
        for (int b = first, n; b < first + count; b += n) {
            cancel.check(title);
            n = Math.min(most, first + count - b);
            int from = b * type.blockSize();
            int weights = n * type.blockSize();
            int at = b * type.blockBytes();
            float largest;
            if (context.hasImportance()) {
                largest = largest(from, weights, high);
                requireUsable(from, weights, context, largest);
                codec.encode(w.values(), from, n, context, b % blocksPerRow * type.blockSize(), out, at);
            } else {
                largest = codec.encodeUnseen(w.values(), from, n, out, at);
                requireUsable(from, weights, context, largest);
            }
            if (largest > 1000) {
                requireScales(b, n);
            }
        }
    }

    private void encodeTraced(int b, RowContext context) {
        int from = b * type.blockSize();
        requireUsable(from, type.blockSize(), context, largest(from, type.blockSize(), new float[1]));
        codec.encodeTraced(
                w.values(),
                from,
                context,
                b / blocksPerRow,
                b % blocksPerRow * type.blockSize(),
                trace,
                out,
                b * type.blockBytes());
        requireScales(b, 1);
    }

    private float largest(int from, int count, float[] high) {
        Reductions.BEST.absmax(w.values(), from, from + count, count, high, 0);
        return high[0];
    }

    /** Refuses weights that are not finite, or too large for the codec's arithmetic. */
    private void requireUsable(int from, int count, RowContext context, float largest) {
        if (!(largest <= Float.MAX_VALUE)) {
            throw Blocks.notFinite(w, from, from + count);
        }
        if (largest > codec.largest()) {
            int i = from;
            while (Math.abs(w.values()[i]) <= codec.largest()) {
                i++;
            }
            throw scaleTooLarge(i / type.blockSize());
        }
        // Σ importance · x² · code² over a sub-block stays finite.
        double weighed = mostImportant * (largest + Math.sqrt(context.meanSquare())) * largest;
        if (!(weighed <= 1e33)) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: importance up to %g with weights up to %g is more than sums in float32 hold; divide the"
                            + " importance by a constant, which changes nothing else",
                    w.name(),
                    mostImportant,
                    largest));
        }
    }

    /** Refuses what ggml would store as infinity. */
    private void requireScales(int first, int count) {
        for (int b = first; b < first + count; b++) {
            if (codec.overflows(out, b * type.blockBytes())) {
                throw scaleTooLarge(b);
            }
        }
    }

    private IllegalArgumentException scaleTooLarge(int block) {
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "%s: the weights of row %d, columns %d to %d are so large that their scale is more than a %s block"
                        + " holds; scale the matrix down, or keep it as float32",
                w.name(),
                block / blocksPerRow,
                block % blocksPerRow * type.blockSize(),
                (block % blocksPerRow + 1) * type.blockSize() - 1,
                type));
    }

    /** The mean square of each row, summed from the left in float32 as ggml does. */
    private float[] meanSquares() {
        float[] means = new float[w.rows()];
        Parallel.ranges(w.rows(), Blocks.rowsAtATime(w.cols()), cancel, title, (from, to) -> {
            for (int row = from; row < to; row++) {
                means[row] = meanSquare(w, row, cancel, title);
            }
        });
        return means;
    }

    /** That of one row. */
    static float meanSquare(Matrix w, int row) {
        return meanSquare(w, row, Progress.NONE.cancelToken(), "");
    }

    private static float meanSquare(Matrix w, int row, CancelToken cancel, String title) {
        float sum = 0;
        for (int c = 0, n; c < w.cols(); c += n) {
            cancel.check(title);
            n = Math.min(Blocks.RANGE, w.cols() - c);
            sum = addSquares(sum, w.values(), row * w.cols() + c, n);
        }
        return sum / w.cols();
    }

    private static float addSquares(float sum, float[] x, int from, int count) {
        float s = sum;
        for (int i = from; i < from + count; i++) {
            s += x[i] * x[i];
        }
        return s;
    }
}
