package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.format.Format;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.LongStream;

/** Any rows of a weight whose rows are decoded some at a time, as many together as its format says. */
final class Pieces {
    /** Values of a piece: 4 MB in float32. */
    private static final int PIECE = 1 << 20;

    private Pieces() {}

    /** All rows of a weight, some at a time: as many as it decodes together. */
    static Iterator<Matrix> all(Weight weight, Progress progress) {
        long together = together(weight);
        long step = Math.max(1, PIECE / Math.max(1, weight.cols()) / together) * together;
        long rows = weight.count() == 0 ? 0 : weight.rows();
        return LongStream.range(0, (rows + step - 1) / step)
                .mapToObj(i -> weight.rows(i * step, (int) Math.min(step, rows - i * step), progress))
                .iterator();
    }

    private static int together(Weight weight) {
        return weight.cols() > Integer.MAX_VALUE
                ? 1
                : weight.format().map(f -> f.pieceRows((int) weight.cols())).orElse(1);
    }

    /**
     * Some rows in float32.
     *
     * @param weight one that has a format
     * @throws IllegalArgumentException if it does not have these rows
     */
    static Matrix rows(Weight weight, long from, int count) {
        requireRows(weight, from, count);
        Format format = weight.format().orElseThrow();
        int cols = Math.toIntExact(weight.cols());
        int step = format.pieceRows(cols);
        long first = from / step * step;
        long end = Math.min(weight.rows(), (from + count + step - 1) / step * step);
        Matrix all = weight.quantized(first, Math.toIntExact(end - first))
                .orElseThrow()
                .dequantize();
        if (first == from && end - first == count) {
            return all.named(weight.name());
        }
        int skip = Math.toIntExact((from - first) * cols);
        return Matrix.of(weight.name(), count, cols, Arrays.copyOfRange(all.values(), skip, skip + count * cols));
    }

    /** @throws IllegalArgumentException if a weight does not have these rows */
    static void requireRows(Weight weight, long from, int count) {
        if (from < 0 || count < 0 || from > weight.rows() - count) {
            throw new IllegalArgumentException("rows " + from + " to " + (from + count) + " of \"" + weight.name()
                    + "\", which has " + weight.rows());
        }
    }
}
