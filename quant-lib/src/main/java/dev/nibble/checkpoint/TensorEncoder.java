package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Format;
import dev.nibble.format.Importance;
import dev.nibble.format.Quantized;
import dev.nibble.format.Survey;
import dev.nibble.tensor.ErrorStatistics;
import dev.nibble.tensor.ErrorSums;
import dev.nibble.tensor.Matrix;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Consumer;

/**
 * Quantizes a weight of any size piece by piece, in no more memory than some pieces take: {@value #PIECE} weights each,
 * or as many rows as the format must see together.
 */
final class TensorEncoder {
    /** Weights of a piece: 4 MB in float32. */
    private static final int PIECE = 1 << 20;

    private TensorEncoder() {}

    /** Some quantized rows of a weight. */
    record Piece(Quantized quantized, long firstRow) {}

    /**
     * Encodes all rows, in order.
     *
     * @param layout which says how many rows it wants together
     * @param importance of each matrix of a stack, or of the one matrix; none for none
     * @param progress is stepped by the number of weights of each piece, in every pass
     * @return the error of what the stored bytes decode to
     * @throws IllegalArgumentException if a weight is not finite, or what else the format refuses
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    static ErrorStatistics encode(
            Weight weight,
            Format format,
            TensorLayout layout,
            List<Importance> importance,
            Progress progress,
            Consumer<Piece> out) {
        Format fixed = surveyed(weight, format, layout, progress);
        String title = "quantize " + weight.name();
        ErrorSums error = new ErrorSums();
        try (Progress.Task task = progress.task(title, weight.count(), "weights")) {
            long step = pieceRows(weight, format, layout);
            long each = weight.rows() / Math.max(1, importance.size());
            for (long row = 0, rows; row < weight.rows(); row += rows) {
                rows = Math.min(step, each - row % each);
                Matrix piece = piece(weight, row, rows, progress.quiet());
                Importance its = importance.isEmpty() ? null : importance.get((int) (row / each));
                Quantized quantized = quantize(fixed, piece, its, progress.quiet());
                error.add(piece, quantized.dequantize());
                out.accept(new Piece(quantized, row));
                task.step(piece.size());
            }
        }
        return error.result();
    }

    /** The format with what it has to know of the whole weight; the same where that is nothing. */
    static Format surveyed(Weight weight, Format format, TensorLayout layout, Progress progress) {
        if (format.survey().isEmpty()) {
            return format;
        }
        Survey survey = format.survey().get();
        long step = pieceRows(weight, format, layout);
        try (Progress.Task task = progress.task("survey " + weight.name(), -1, "weights")) {
            do {
                for (long row = 0; row < weight.rows(); row += step) {
                    Matrix piece = piece(weight, row, step, progress.quiet());
                    survey.add(piece);
                    task.step(piece.size());
                }
            } while (survey.needsAnotherPass());
        }
        return survey.fixed();
    }

    private static Quantized quantize(Format format, Matrix piece, Importance importance, Progress quiet) {
        return importance == null
                ? format.quantize(piece, quiet)
                : format.quantize(piece, importance, quiet, Trace.off());
    }

    private static Matrix piece(Weight weight, long row, long step, Progress quiet) {
        Matrix piece = weight.rows(row, (int) Math.min(step, weight.rows() - row), quiet);
        return row == 0
                ? piece
                : piece.named(weight.name() + " from row " + row + " on"); // for errors, which count rows
    }

    /** Rows of a piece: a multiple of what the format and the layout must see together. */
    private static long pieceRows(Weight weight, Format format, TensorLayout layout) {
        long together = rowsTogether(weight, format, layout);
        return Math.max(1, PIECE / (weight.cols() * together)) * together;
    }

    /** What the format and the layout must see together, in rows. */
    static long rowsTogether(Weight weight, Format format, TensorLayout layout) {
        int cols = Math.toIntExact(weight.cols());
        BigInteger byFormat = BigInteger.valueOf(format.pieceRows(cols));
        BigInteger byLayout = BigInteger.valueOf(layout.rowsTogether());
        return byFormat.multiply(byLayout).divide(byFormat.gcd(byLayout)).longValueExact();
    }
}
