package dev.nibble.format.gguf;

import dev.nibble.core.Trace;
import java.util.List;

/** Where a search tells what it tries; made only for a trace that is on. */
final class SearchLog {
    private final Trace trace;
    private final int row;
    private final int blockColumn;
    private int column;
    private int count;
    private ScaleTried.Of of = ScaleTried.Of.WEIGHTS;

    SearchLog(Trace trace, int row, int blockColumn) {
        this.trace = trace;
        this.row = row;
        this.blockColumn = blockColumn;
    }

    /** What the next candidates are for; {@code log} may be null. */
    static void about(SearchLog log, ScaleTried.Of of, int first, int count) {
        if (log != null) {
            log.of = of;
            log.column = log.blockColumn + first;
            log.count = count;
        }
    }

    void tried(int step, float scale, float min, double error, boolean taken) {
        trace.add(() -> new ScaleTried(row, column, count, of, step, scale, min, error, taken));
    }

    /** @param first weight of the group in the run of weights that the search is about */
    void point(int first, List<Integer> wanted, List<Integer> taken, int index, int near) {
        trace.add(() -> new PointChosen(row, column + first, wanted, taken, index, near));
    }
}
