package dev.nibble.tensor;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * A row-major float32 matrix, [out, in]: one row holds the weights of one output. Immutable by convention: whoever
 * makes one hands its array over and does not write to it again, and nobody writes to {@link #values()}.
 */
public final class Matrix {
    private final String name;
    private final int rows;
    private final int cols;
    private final float[] values;

    private Matrix(String name, int rows, int cols, float[] values) {
        this.name = Objects.requireNonNull(name, "name");
        this.rows = rows;
        this.cols = cols;
        this.values = Objects.requireNonNull(values, "values");
    }

    /**
     * A matrix over {@code values}, which is not copied.
     *
     * @param name what it is called in tables, charts and errors, such as "blk.0.ffn_down.weight"
     * @param values {@code rows * cols} numbers, row after row
     * @throws IllegalArgumentException if the shape is negative or does not match the number of values
     */
    public static Matrix of(String name, int rows, int cols, float[] values) {
        if (rows < 0 || cols < 0 || (long) rows * cols != values.length) {
            throw new IllegalArgumentException(name + ": a matrix of shape [" + rows + ", " + cols + "] needs "
                    + (long) rows * cols + " values, but " + values.length + " were given");
        }
        return new Matrix(name, rows, cols, values);
    }

    /** A matrix named "matrix" over {@code values}, which is not copied. */
    public static Matrix of(int rows, int cols, float[] values) {
        return of("matrix", rows, cols, values);
    }

    /** A matrix from rows of equal length, copied: for small examples written by hand. */
    public static Matrix of(float[]... rows) {
        int cols = rows.length == 0 ? 0 : rows[0].length;
        float[] values = new float[Math.multiplyExact(rows.length, cols)];
        for (int r = 0; r < rows.length; r++) {
            if (rows[r].length != cols) {
                throw new IllegalArgumentException(
                        "row " + r + " has " + rows[r].length + " values, but row 0 has " + cols);
            }
            System.arraycopy(rows[r], 0, values, r * cols, cols);
        }
        return of(rows.length, cols, values);
    }

    /** What messages call it, such as a tensor's name in its file. */
    public String name() {
        return name;
    }

    /** Number of rows: outputs. */
    public int rows() {
        return rows;
    }

    /** Number of columns: inputs. */
    public int cols() {
        return cols;
    }

    /** Number of values. */
    public int size() {
        return values.length;
    }

    /**
     * One number.
     *
     * @throws IndexOutOfBoundsException if row or column is outside
     */
    public float get(int row, int col) {
        Objects.checkIndex(row, rows);
        Objects.checkIndex(col, cols);
        return values[row * cols + col];
    }

    /** The numbers, row after row. Not copied: read only. */
    public float[] values() {
        return values;
    }

    /** A copy of one row. */
    public float[] row(int row) {
        Objects.checkIndex(row, rows);
        return Arrays.copyOfRange(values, row * cols, (row + 1) * cols);
    }

    /** The same numbers under another name. */
    public Matrix named(String newName) {
        return new Matrix(newName, rows, cols, values);
    }

    /**
     * Says that both have one shape.
     *
     * @throws IllegalArgumentException if not; the message names both
     */
    public void requireSameShape(Matrix other) {
        if (rows != other.rows || cols != other.cols) {
            throw new IllegalArgumentException(name + " is [" + rows + ", " + cols + "], but " + other.name + " is ["
                    + other.rows + ", " + other.cols + "]: they can not be compared");
        }
    }

    /** Name and shape, "blk.0.ffn_down.weight [576, 1536]"; never the numbers. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s [%d, %d]", name, rows, cols);
    }
}
