package dev.nibble.format;

import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Trace;
import dev.nibble.tensor.Matrix;

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
     * Quantizes a matrix, each row alone unless the format says otherwise.
     *
     * @param w finite weights, [out, in]
     * @param progress where the work is shown, and where a stop may be asked for
     * @param trace told one {@link BlockScaled} per block, in order, if it is on
     * @throws IllegalArgumentException if a weight is not finite or a scale does not fit its storage; the message says
     *     which weight
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    Quantized quantize(Matrix w, Progress progress, Trace trace);

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
