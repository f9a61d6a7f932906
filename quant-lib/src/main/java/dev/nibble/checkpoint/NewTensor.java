package dev.nibble.checkpoint;

import dev.nibble.tensor.DType;
import java.util.Locale;
import java.util.Objects;

/**
 * A tensor that a file shall have.
 *
 * @param name its name
 * @param type how its values are stored
 * @param shape its dimensions, outermost first
 */
public record NewTensor(String name, DType type, long... shape) {
    public NewTensor {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        shape = shape.clone();
        for (long n : shape) {
            if (n < 0) {
                throw new IllegalArgumentException(name + ": a dimension of " + n);
            }
        }
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /**
     * Its size in bytes.
     *
     * @throws IllegalArgumentException if its rows do not fill whole blocks of its type, or it is too large
     */
    public long bytes() {
        long row = shape.length == 0 ? 1 : shape[shape.length - 1];
        if (row % type.blockSize() != 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "tensor \"%s\": rows of %,d do not fill whole %s blocks of %d",
                    name,
                    row,
                    type,
                    type.blockSize()));
        }
        try {
            long count = 1;
            for (long n : shape) {
                count = Math.multiplyExact(count, n);
            }
            return type.bytes(count);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("tensor \"" + name + "\" is larger than any file", e);
        }
    }
}
