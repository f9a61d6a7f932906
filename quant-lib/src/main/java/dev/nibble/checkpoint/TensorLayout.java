package dev.nibble.checkpoint;

import dev.nibble.format.Format;
import dev.nibble.format.Quantized;
import java.util.List;
import java.util.function.Function;

/** How a quantized weight lies in a file: which tensors it becomes, and how its pieces fill them. */
interface TensorLayout {
    /**
     * The tensors of one weight.
     *
     * @throws IllegalArgumentException if this layout does not hold a weight of that format and shape; the message says
     *     why
     */
    List<NewTensor> tensors(String name, Format format, long rows, int cols);

    /**
     * The tensors of a weight of any shape: a matrix, or a stack of them, [matrices, out, in].
     *
     * @throws IllegalArgumentException as {@link #tensors}, and if this layout holds no stacks
     */
    default List<NewTensor> shaped(String name, Format format, long... shape) {
        if (shape.length != 2) {
            throw new IllegalArgumentException("this layout holds matrices, not a stack of " + shape[0]);
        }
        return tensors(name, format, shape[0], (int) shape[1]);
    }

    /** Rows that a piece must hold a multiple of (but the last one), so that it fills whole words. */
    default int rowsTogether() {
        return 1;
    }

    /** Whether a format that surveys a tensor has to have done so before {@link #tensors} is asked. */
    default boolean wantsSurvey() {
        return false;
    }

    /**
     * Writes some rows. Pieces come in order and cover all rows.
     *
     * @param piece quantized rows, a multiple of the format's {@link Format#pieceRows} of them or up to the last row
     * @param firstRow the first of them
     * @param rows of the whole weight
     * @param out the place of each tensor, by its name
     */
    void write(String name, Quantized piece, long firstRow, long rows, Function<String, TensorSink> out);
}
