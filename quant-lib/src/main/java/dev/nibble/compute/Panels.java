package dev.nibble.compute;

import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Room;
import dev.nibble.tensor.Matrix;
import java.util.Locale;

/**
 * A weight, [out, in], laid out for products: panels of 32 outputs, in each of them input after input. Outputs that fill
 * the last panel up are zero. Immutable.
 */
public final class Panels {
    /** Panels packed between two looks at the stop request. */
    private static final int GRAIN = 4;

    private final String name;
    private final int outputs;
    private final int inputs;
    private final float[] values;

    private Panels(String name, int outputs, int inputs, float[] values) {
        this.name = name;
        this.outputs = outputs;
        this.inputs = inputs;
        this.values = values;
    }

    /**
     * Lays out a matrix, [out, in].
     *
     * @throws IllegalArgumentException if it is too large for one array
     */
    public static Panels of(Matrix w, Progress progress) {
        return of(w.name(), w.rows(), w.cols(), w.values(), progress);
    }

    private static Panels of(String name, int outputs, int inputs, float[] w, Progress progress) {
        float[] values = room(name, outputs, inputs);
        Parallel.ranges(panels(outputs), GRAIN, progress.cancelToken(), "lay out " + name, (first, end) -> {
            for (int p = first; p < end; p++) {
                int from = p * Products.PANEL;
                transpose(w, from * inputs, Math.min(Products.PANEL, outputs - from), inputs, values, from * inputs);
            }
        });
        return new Panels(name, outputs, inputs, values);
    }

    private static void transpose(float[] w, int from, int rows, int inputs, float[] to, int at) {
        for (int k = 0; k < inputs; k += 16) { // a line of memory of each row
            int end = Math.min(inputs, k + 16);
            for (int r = 0; r < rows; r++) {
                for (int i = k; i < end; i++) {
                    to[at + i * Products.PANEL + r] = w[from + r * inputs + i];
                }
            }
        }
    }

    private static float[] room(String name, int outputs, int inputs) {
        long size = (long) panels(outputs) * Products.PANEL * inputs;
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s [%d, %d] has more values than an array holds; a model this large does not run here",
                    name,
                    outputs,
                    inputs));
        }
        return Room.floats(size, name + " for products");
    }

    static int panels(int outputs) {
        return (outputs + Products.PANEL - 1) / Products.PANEL;
    }

    /** One output's weights, {@link #inputs} numbers, to {@code to} from {@code at} on. */
    public void row(int output, float[] to, int at) {
        int from = output / Products.PANEL * inputs * Products.PANEL + output % Products.PANEL;
        for (int k = 0; k < inputs; k++) {
            to[at + k] = values[from + k * Products.PANEL];
        }
    }

    /** What messages call it. */
    public String name() {
        return name;
    }

    /** Number of outputs. */
    public int outputs() {
        return outputs;
    }

    /** Number of inputs. */
    public int inputs() {
        return inputs;
    }

    /** Bytes in memory. */
    public long bytes() {
        return 4L * values.length;
    }

    float[] values() {
        return values;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s [%d, %d] in panels", name, outputs, inputs);
    }
}
