package dev.nibble.format.integer;

import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Survey;
import dev.nibble.tensor.Matrix;

/** A survey of a tensor that goes into an {@link AffineFormat}. */
abstract class AffineSurvey implements Survey {
    private boolean seen;

    @Override
    public final void add(Matrix piece) {
        add(piece, Progress.current(), Trace.off());
    }

    final void add(Matrix piece, Progress progress, Trace trace) {
        seen = true;
        look(piece, progress, trace);
    }

    @Override
    public final boolean needsAnotherPass() {
        if (seen) {
            seen = false;
            passed();
        }
        return unfinished();
    }

    /** The format with what was found; of nothing, if nothing was shown. */
    @Override
    public final AffineFormat fixed() {
        if (needsAnotherPass()) {
            throw new IllegalStateException("the survey has to be shown the tensor once more");
        }
        return found();
    }

    abstract void look(Matrix piece, Progress progress, Trace trace);

    /** All pieces were shown. */
    abstract void passed();

    /** Whether they have to be shown again. */
    abstract boolean unfinished();

    abstract AffineFormat found();
}
