package dev.nibble.format;

import dev.nibble.tensor.ErrorStatistics;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A matrix in a number format: packed codes, and what it takes to read them. Everything here, errors included, is
 * computed from the stored bytes alone.
 */
public interface Quantized {
    Format format();

    /** Name of the matrix that was quantized. */
    String name();

    int rows();

    int cols();

    /** The bytes that would go to a file, part by part: codes first, then scales, then zero points where there are any. */
    List<StoredPart> parts();

    /** What the stored bytes decode to, [out, in] in float32. Computed on each call. */
    Matrix dequantize();

    /** The integer that weight [row, col] is stored as, before scale and zero point are applied. */
    int code(int row, int col);

    /**
     * How far the decoded weight may lie from the original, by the definition of the format: the error of rounding to
     * the grid of this block, in units of the weights. Infinite where nothing follows for a single weight; see
     * {@link #sumBound}.
     */
    double errorBound(int row, int col);

    /**
     * What is promised of all weights of a block together: their bounds added up; and where {@link #errorBound} is infinite,
     * because a search traded weights against each other or a range was clipped, what follows from how codes and scales were
     * chosen for these weights.
     *
     * @param original what was quantized
     * @return empty where nothing is known: bytes that were read back, and made with an importance matrix or by a stranger
     */
    default Optional<SumBound> sumBound(int block, Matrix original) {
        BlockView view = block(block);
        int first = view.row() * cols() + view.column();
        double[] bounds = new double[view.count()];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = errorBound((first + i) / cols(), (first + i) % cols());
        }
        return Arrays.stream(bounds).allMatch(Double::isFinite)
                ? Optional.of(SumBound.ofEach(bounds))
                : Optional.empty();
    }

    /** What a reader of a table should know about this one, or the empty string: "last group of a row: 64, not 128". */
    String note();

    /** Number of blocks: of the runs of weights that share a scale, or of super-blocks where there are such. */
    int blocks();

    /**
     * One block taken apart, bit by bit. All blocks together name every bit of every part.
     *
     * @throws IndexOutOfBoundsException if there is no such block
     */
    BlockView block(int index);

    /**
     * The weights of a block by the scale that they share, with what their codes can stand for; empty if weights have no
     * codes of at most eight bits of their own. A scale of the whole tensor is listed as each block's.
     *
     * @throws IndexOutOfBoundsException if there is no such block
     */
    default List<ScaledRun> runs(int block) {
        return List.of();
    }

    /**
     * The same of formats whose weights are stored as points of a grid, several together; empty for others.
     *
     * @throws IndexOutOfBoundsException if there is no such block
     */
    default List<PointRun> points(int block) {
        return List.of();
    }

    /** Stored bytes, scales included. */
    default long bytes() {
        return parts().stream().mapToLong(StoredPart::size).sum();
    }

    /** Stored bits per weight, scales included. */
    default double bitsPerWeight() {
        return 8.0 * bytes() / ((double) rows() * cols());
    }

    /** Error of what the stored bytes decode to. */
    default ErrorStatistics error(Matrix original) {
        return ErrorStatistics.of(original, dequantize());
    }
}
