package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.format.Format;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.util.List;
import java.util.Optional;

/**
 * One weight of a model, however a file stores it: as a tensor of numbers, as a tensor of blocks, or quantized and
 * spread over several tensors. Thread-safe while its checkpoint is open.
 */
public interface Weight {
    /** Its name: of a weight in several tensors, what their names begin with. */
    String name();

    /** Its dimensions, outermost first. */
    long[] shape();

    /** How it is stored, in a few words: "F32", "Q4_K", "int4:g128 in 2 tensors", "GPTQ, 4 bits, groups of 128". */
    String stored();

    /** The tensors that it is stored in. */
    List<TensorInfo> tensors();

    /** The format that it is stored in; none for plain numbers that no format writes. */
    Optional<Format> format();

    /**
     * Some of its rows as they are stored.
     *
     * @param from first row, a multiple of the format's {@link Format#pieceRows}
     * @param count another one, or up to the last row
     * @return empty if {@link #format} is
     * @throws CheckpointException if the bytes can not be read, or mean nothing in this format
     */
    Optional<Quantized> quantized(long from, int count);

    /**
     * Some of its rows as integers, where it is stored in a layout of other software that holds such.
     *
     * @return empty if it is not
     * @throws CheckpointException if the bytes can not be read
     * @throws IllegalArgumentException if it does not have these rows
     */
    default Optional<AffineRows> affine(long from, int count) {
        return Optional.empty();
    }

    /**
     * One of its blocks as it lies in the file.
     *
     * @param index counted from 0 over the whole weight
     * @return empty if it is plain numbers, without blocks
     * @throws CheckpointException if it has fewer blocks, or the bytes can not be read
     */
    default Optional<StoredBlock> block(long index) {
        return Optional.empty();
    }

    /**
     * Some of its rows in float32. A vector is one row; more than two dimensions are rows of the innermost one.
     *
     * @throws CheckpointException if they can not be read as numbers
     * @throws IllegalArgumentException if it does not have these rows
     */
    Matrix rows(long from, int count, Progress progress);

    /**
     * Whether its rows are a linear layer's outputs even where its model's own files hold matrices as [in, out], as
     * GPT-2's do: layouts of quantized weights of other software always hold [out, in].
     */
    default boolean rowsAreOutputs() {
        return false;
    }

    /**
     * All of its rows in float32, some at a time; read anew each time they are asked for.
     *
     * @throws CheckpointException while they are read, if they can not be
     */
    default Iterable<Matrix> pieces(Progress progress) {
        return () -> Pieces.all(this, progress);
    }

    /** Number of rows. */
    default long rows() {
        long[] shape = shape();
        long rows = 1;
        for (int i = 0; i < shape.length - 1; i++) {
            rows = Math.multiplyExact(rows, shape[i]);
        }
        return rows;
    }

    /** Length of a row. */
    default long cols() {
        long[] shape = shape();
        return shape.length == 0 ? 1 : shape[shape.length - 1];
    }

    /** Number of values. */
    default long count() {
        return Math.multiplyExact(rows(), cols());
    }

    /** Bytes stored. */
    default long bytes() {
        return tensors().stream().mapToLong(TensorInfo::bytes).sum();
    }
}
