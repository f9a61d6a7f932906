package dev.nibble.explain;

import java.util.Arrays;

/** What the blocks of one partition say when each is held against a code book. */
final class BookEvidence extends Evidence {
    private final Book book;
    private final Precision precision;
    /** Scales of the blocks that fit, in their order; NaN elsewhere. */
    private final double[] scales;

    BookEvidence(Book book, Precision precision, int blocks) {
        this.book = book;
        this.precision = precision;
        this.scales = new double[blocks];
    }

    @Override
    Verdict look(int block, Distinct d) {
        scales[block] = Double.NaN;
        if (d.tooMany() || d.size() > book.values().length) {
            return Verdict.MISFIT;
        }
        if (d.size() < 2) {
            return Verdict.SILENT;
        }
        Book.Fit fit = book.fit(d, precision);
        if (fit == null) {
            return Verdict.MISFIT;
        }
        if (fit.chance() > CONVINCING) {
            return Verdict.SILENT;
        }
        scales[block] = Math.abs(fit.scale());
        return Verdict.FIT;
    }

    @Override
    void reset() {
        Arrays.fill(scales, Double.NaN);
    }

    double[] scales() {
        return scales;
    }
}
