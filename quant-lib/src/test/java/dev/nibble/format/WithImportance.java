package dev.nibble.format;

import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Trace;
import dev.nibble.tensor.Matrix;
import java.util.List;
import java.util.Optional;

/** A format that is given the same importance matrix each time: some columns count nothing, others seven times as much. */
record WithImportance(Format format) implements Format {
    @Override
    public Quantized quantize(Matrix w, Progress progress, Trace trace) {
        float[] columns = new float[w.cols()];
        for (int c = 0; c < columns.length; c++) {
            columns[c] = c % 11 == 3 ? 0 : 1 + c % 7;
        }
        return format.quantize(w, new Importance(w.name(), columns), progress, trace);
    }

    @Override
    public Recipe recipe() {
        return format.recipe();
    }

    @Override
    public Recipe canonical() {
        return format.canonical();
    }

    @Override
    public String description() {
        return format.description();
    }

    @Override
    public String specials() {
        return format.specials();
    }

    @Override
    public List<PartLayout> layout(long rows, int cols) {
        return format.layout(rows, cols);
    }

    @Override
    public int pieceRows(int cols) {
        return format.pieceRows(cols);
    }

    @Override
    public Optional<Survey> survey() {
        return format.survey();
    }

    @Override
    public Quantized stored(String name, int rows, int cols, List<StoredPart> parts) {
        return format.stored(name, rows, cols, parts);
    }

    @Override
    public Quantized replay(String name, int rows, int cols, List<Trace.Step> steps) {
        return format.replay(name, rows, cols, steps);
    }
}
