package dev.nibble.format;

import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Trace;
import dev.nibble.tensor.Matrix;
import java.util.List;
import java.util.Optional;

/**
 * A number format: a rule that turns blocks of real weights into packed codes and scales, and back. Immutable; made by
 * {@link Formats#parse}.
 */
public interface Format {
    /** The text form, as it was asked for: {@code int4:sym:g32}. Tables, charts and reports show it. */
    Recipe recipe();

    /**
     * The text form with every choice spelled out, in a fixed order: {@code int4:sym:absmax:g32:f16}. Two formats write
     * the same bytes if and only if these are equal, so this is what caches are keyed by.
     */
    Recipe canonical();

    /** One sentence: scale rule, range, rounding, what is stored. */
    String description();

    /**
     * What becomes of blocks that are all zero, constant, −0, subnormal or huge, in a few sentences for the reader of a
     * manual. Weights that are not finite are refused by every format.
     */
    String specials();

    /**
     * The parts that a matrix of this shape will have, in the order of {@link Quantized#parts()}; allocates nothing.
     *
     * @throws IllegalArgumentException if the format does not take rows of this length; the message says why, and which
     *     lengths it takes
     */
    List<PartLayout> layout(long rows, int cols);

    /**
     * Quantizes a matrix, each row alone unless the format says otherwise.
     *
     * @param w finite weights, [out, in]
     * @param progress where the work is shown, and where a stop may be asked for
     * @param trace told one {@link BlockScaled} per block, in order, and what else the format considers, if it is on
     * @throws IllegalArgumentException if a weight is not finite, a scale does not fit its storage or the format does
     *     not take rows of this length; the message says which weight
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    Quantized quantize(Matrix w, Progress progress, Trace trace);

    /** Whether the format takes an importance matrix. */
    default boolean takesImportance() {
        return false;
    }

    /**
     * The same with an importance matrix.
     *
     * @param importance one number per column; null for none
     * @throws IllegalArgumentException if the format takes none, or its length is not that of a row
     */
    default Quantized quantize(Matrix w, Importance importance, Progress progress, Trace trace) {
        requireNoImportance(importance);
        return quantize(w, progress, trace);
    }

    /** Refuses an importance matrix, for formats that take none. */
    default void requireNoImportance(Importance importance) {
        if (importance != null) {
            throw new IllegalArgumentException(recipe() + " takes no importance matrix");
        }
    }

    /**
     * The same, written over the bytes of a matrix that nobody reads any more, so that a caller who quantizes again and
     * again need not have the same room cleared each time. Formats that can not do so allocate.
     *
     * @param out of this format, rows and columns, not to be used afterwards; anything else, and null, is left alone
     */
    default Quantized quantize(Matrix w, Importance importance, Progress progress, Trace trace, Quantized out) {
        return quantize(w, importance, progress, trace);
    }

    /**
     * Rows that a piece of a large tensor holds a multiple of (but the last piece), so that pieces quantized one by one
     * give, part by part appended, the bytes of the whole.
     */
    default int pieceRows(int cols) {
        return 1;
    }

    /** What has to be known of the whole tensor before its first piece is quantized; empty if nothing. */
    default Optional<Survey> survey() {
        return Optional.empty();
    }

    /**
     * A quantized matrix from stored bytes, as {@link Quantized#parts()} gave them. The bytes may come from a stranger:
     * any bytes of the right size decode to something or are refused, never with an exception later.
     *
     * @throws IllegalArgumentException if the parts are not those of {@link #layout}
     */
    Quantized stored(String name, int rows, int cols, List<StoredPart> parts);

    /**
     * The quantized matrix that a trace tells of, made from its steps alone: the same bytes as the run that was traced.
     *
     * @throws IllegalArgumentException if the steps do not cover the matrix
     */
    Quantized replay(String name, int rows, int cols, List<Trace.Step> steps);

    /** The same without a trace. */
    default Quantized quantize(Matrix w, Progress progress) {
        return quantize(w, progress, Trace.off());
    }

    /** The same with a trace, under the progress of whoever runs the calling thread. */
    default Quantized quantize(Matrix w, Trace trace) {
        return quantize(w, Progress.current(), trace);
    }

    /** The same under the progress of whoever runs the calling thread. */
    default Quantized quantize(Matrix w) {
        return quantize(w, Progress.current(), Trace.off());
    }
}
