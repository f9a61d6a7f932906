package dev.nibble.format;

import java.util.Locale;
import java.util.Objects;

/**
 * How much each input column matters: the mean square of the activations that it is multiplied with, as llama.cpp's
 * importance matrix holds it. A format that takes one minimises the error weighted by it.
 *
 * @param name of the tensor it was collected for
 * @param columns one finite number per column, not negative; not copied, read only
 */
public record Importance(String name, float[] columns) {
    public Importance {
        Objects.requireNonNull(name, "name");
        for (int c = 0; c < columns.length; c++) {
            if (!(columns[c] >= 0 && columns[c] <= Float.MAX_VALUE)) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "importance of %s: column %d is %s, but a mean square is finite and not negative",
                        name,
                        c,
                        columns[c]));
            }
        }
    }

    /**
     * Says that it fits rows of so many weights.
     *
     * @throws IllegalArgumentException if not
     */
    public void requireColumns(String tensor, int cols) {
        if (columns.length != cols) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s has %d columns, but the importance of %s has %d",
                    tensor,
                    cols,
                    name,
                    columns.length));
        }
    }
}
