package dev.nibble.format;

import dev.nibble.tensor.Matrix;
import java.util.Locale;
import java.util.Objects;

/** What every quantized matrix has, whatever its bytes look like: a format, a name and a shape. */
public abstract class StoredMatrix implements Quantized {
    protected final String name;
    protected final int rows;
    protected final int cols;
    private final Format format;

    protected StoredMatrix(Format format, String name, int rows, int cols) {
        this.format = format;
        this.name = name;
        this.rows = rows;
        this.cols = cols;
    }

    /** Whether a matrix of this format and shape may be written over {@code out}. */
    protected static boolean hasRoom(Quantized out, Format format, int rows, int cols) {
        return out != null
                && out.rows() == rows
                && out.cols() == cols
                && out.format().canonical().equals(format.canonical());
    }

    @Override
    public final Format format() {
        return format;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final int rows() {
        return rows;
    }

    @Override
    public final int cols() {
        return cols;
    }

    /**
     * Place of a weight in the matrix, row after row.
     *
     * @throws IndexOutOfBoundsException if there is no such weight
     */
    protected final int index(int row, int col) {
        return Objects.checkIndex(row, rows) * cols + Objects.checkIndex(col, cols);
    }

    /** The result of {@link #dequantize}, under a name that says what it went through. */
    protected final Matrix matrix(float[] values) {
        return Matrix.of(name + " (" + format.recipe() + ")", rows, cols, values);
    }

    /** One line: "blk.0.ffn_down.weight [576, 1536] as int4:g32, 4.5 bits per weight". */
    @Override
    public final String toString() {
        return String.format(
                Locale.ROOT,
                "%s [%d, %d] as %s, %.4g bits per weight",
                name,
                rows,
                cols,
                format.recipe(),
                bitsPerWeight());
    }
}
