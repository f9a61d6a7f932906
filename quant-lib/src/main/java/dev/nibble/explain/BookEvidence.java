package dev.nibble.explain;

/** What the blocks of one partition say when each is held against a code book. */
final class BookEvidence extends Evidence {
    private final Book book;
    private final Precision precision;

    BookEvidence(Book book, Precision precision) {
        this.book = book;
        this.precision = precision;
    }

    @Override
    Verdict look(int block, Distinct d) {
        if (d.tooMany() || d.size() > book.values().length) {
            return Verdict.MISFIT;
        }
        if (d.size() < 2) {
            return Verdict.SILENT;
        }
        Book.Fit fit = book.fit(d, precision);
        return fit == null ? Verdict.MISFIT : fit.chance() > CONVINCING ? Verdict.SILENT : Verdict.FIT;
    }

    @Override
    void reset() {}
}
