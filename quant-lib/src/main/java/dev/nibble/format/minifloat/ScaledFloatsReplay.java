package dev.nibble.format.minifloat;

import dev.nibble.core.Trace;
import dev.nibble.format.Quantized;
import java.util.List;

/** Fills a matrix from the steps of a trace. */
final class ScaledFloatsReplay {
    private final ScaledFloatMatrix made;
    private final String name;
    private final int rows;
    private final int cols;

    ScaledFloatsReplay(ScaledFloats format, String name, int rows, int cols) {
        format.layout(rows, cols);
        this.made = new ScaledFloatMatrix(format, name, rows, cols);
        this.name = name;
        this.rows = rows;
        this.cols = cols;
    }

    Quantized run(List<Trace.Step> steps) {
        long weights = 0;
        int scales = 0;
        for (Trace.Step step : steps) {
            switch (step) {
                case TensorScaled t -> made.putTensor(t.stored());
                case ScaleStored s -> made.putScale(scales++, s.bits());
                case WeightRounded w -> {
                    if (w.row() >= rows || w.column() >= cols || w.row() * (long) cols + w.column() != weights) {
                        throw gap(weights);
                    }
                    made.putCode(w.row(), w.column(), w.code());
                    weights++;
                }
                default -> {}
            }
        }
        if (weights != (long) rows * cols || scales != made.blocks()) {
            throw gap(weights);
        }
        return made;
    }

    private IllegalArgumentException gap(long weights) {
        return new IllegalArgumentException(name + ": the trace tells of " + weights + " weights in order, not of a ["
                + rows + ", " + cols + "] matrix");
    }
}
