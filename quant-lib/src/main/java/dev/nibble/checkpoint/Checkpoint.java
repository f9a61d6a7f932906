package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.core.Vocabulary;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An open model file, or several that make one model: what it says about itself and its tensors, and the tensors themselves, read when asked for.
 * Opening checks every size against the file and reads no weights, so a file of 100 GB opens as fast as a small one.
 * Thread-safe. Nothing in a file is trusted and nothing in it is executed.
 */
public interface Checkpoint extends AutoCloseable {
    /**
     * Opens a model file, GGUF (versions 2 and 3) or safetensors, told apart by their first bytes; or a model that is
     * cut into several, by its folder, its index of shards, or any part of a cut GGUF file.
     *
     * @param path of a file, or of a folder that holds one model: {@code model.safetensors}, or the shards that
     *     {@code model.safetensors.index.json} names, or a GGUF file
     * @throws CheckpointException if the file is missing, not such a file, truncated or malformed; if the folder holds
     *     no model or several; if shards are missing or not of one model
     */
    static Checkpoint open(Path path) {
        return Checkpoints.open(path);
    }

    /** What was opened: the file, or the folder. */
    Path path();

    /** The files that the tensors are read from. */
    default List<Path> files() {
        return List.of(path());
    }

    /**
     * The file that a tensor is in, where its {@link TensorInfo#offset} counts from.
     *
     * @throws CheckpointException if there is no such tensor
     */
    default Path fileOf(String tensor) {
        tensor(tensor);
        return path();
    }

    /** "GGUF 3", "safetensors". */
    String kind();

    /** All tensors, in the order of the file. */
    List<TensorInfo> tensors();

    /**
     * What the file says about itself. Values are String, Boolean, Long (any integer type; BigInteger above 2^63 - 1),
     * Float, Double, or an unmodifiable List of these.
     */
    Map<String, Object> metadata();

    /**
     * The {@code config.json} of the model: the one in the folder, or beside a safetensors file. Values are as those of
     * {@link JsonFile#read(Path, long)}.
     *
     * @return empty if there is none; always for GGUF, whose {@link #metadata} says what is in it
     * @throws CheckpointException if it is damaged
     */
    default Optional<Map<String, Object>> config() {
        return Optional.empty();
    }

    /** What is odd but harmless in this file, one sentence each. */
    List<String> warnings();

    /** The tensor of that name; {@link CheckpointException} with the nearest name if there is none. */
    TensorInfo tensor(@Vocabulary.Of("tensor") String name);

    /**
     * A tensor as float32, decoded exactly as the original software decodes it. [out, in] for a matrix; a vector
     * becomes one row; more dimensions become rows of the innermost one.
     *
     * @param progress where the work is shown, and where a stop may be asked for
     * @throws CheckpointException if there is no such tensor, its type can not be decoded, or it has more values than a
     *     matrix holds
     */
    Matrix matrix(@Vocabulary.Of("tensor") String name, Progress progress);

    /** {@link #matrix(String, Progress)} under the progress of whoever runs the calling thread. */
    default Matrix matrix(@Vocabulary.Of("tensor") String name) {
        return matrix(name, Progress.current());
    }

    /**
     * Some rows of a tensor as float32, for tensors that are too large for one matrix or for the memory.
     *
     * @param from first row, counted as {@link #matrix} lays the tensor out
     * @param count number of rows
     * @throws IllegalArgumentException if the tensor does not have these rows
     * @throws CheckpointException as {@link #matrix(String, Progress)}
     */
    default Matrix rows(String name, long from, int count, Progress progress) {
        Matrix all = matrix(name, progress);
        if (from < 0 || count < 0 || from > all.rows() - count) {
            throw new IllegalArgumentException(
                    "rows " + from + " to " + (from + count) + " of \"" + name + "\", which has " + all.rows());
        }
        int first = (int) from * all.cols();
        float[] values = Arrays.copyOfRange(all.values(), first, first + count * all.cols());
        return Matrix.of(name, count, all.cols(), values);
    }

    /**
     * Some of a tensor's bytes, as the file holds them.
     *
     * @param from first byte, counted from the tensor's first
     * @param count how many
     * @throws IllegalArgumentException if the tensor does not have them
     * @throws CheckpointException if there is no such tensor, or no file behind this checkpoint
     */
    default byte[] stored(String name, long from, int count) {
        throw new CheckpointException(path() + ": \"" + tensor(name).name() + "\" is not stored in a file");
    }

    /** Lets the file go; tensors can not be read any more, what was read stays. */
    @Override
    void close();
}
