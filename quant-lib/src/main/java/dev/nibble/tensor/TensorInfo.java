package dev.nibble.tensor;

import java.util.Arrays;
import java.util.Objects;

/**
 * What a file says about one tensor, without its numbers.
 *
 * @param name its name in the file
 * @param type how its values are stored
 * @param shape its dimensions, outermost first: [out, in] for a weight, empty for a single number
 * @param bytes bytes stored
 * @param offset where they begin, in bytes from the start of the file
 */
public record TensorInfo(String name, DType type, long[] shape, long bytes, long offset) {
    public TensorInfo {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        shape = shape.clone();
    }

    /** The dimensions, outermost first, as a copy. */
    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** Number of values; 1 for a tensor without dimensions. */
    public long count() {
        long count = 1;
        for (long n : shape) {
            count *= n; // the reader that made this record has checked that it does not overflow
        }
        return count;
    }

    /** True for a matrix: two dimensions, each greater than one. */
    public boolean isMatrix() {
        return shape.length == 2 && shape[0] > 1 && shape[1] > 1;
    }

    /** The shape as text: "[576, 1536]". */
    public String shapeText() {
        return Arrays.toString(shape);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorInfo(String n, DType t, long[] s, long b, long o)
                && name.equals(n)
                && type == t
                && Arrays.equals(shape, s)
                && bytes == b
                && offset == o;
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, type, Arrays.hashCode(shape), bytes, offset);
    }

    @Override
    public String toString() {
        return name + " " + type + " " + shapeText();
    }
}
