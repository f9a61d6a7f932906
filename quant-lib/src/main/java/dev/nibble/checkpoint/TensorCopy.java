package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Takes tensors from one file to another piece by piece, as they are or as float32. */
final class TensorCopy {
    /** Bytes, and values, of a piece. */
    private static final int PIECE = 1 << 20;

    private TensorCopy() {}

    /** Copies the stored bytes. */
    static void copy(Checkpoint in, TensorInfo tensor, TensorSink out, Progress progress) {
        try (Progress.Task task = progress.task("copy " + tensor.name(), tensor.bytes(), "bytes")) {
            for (long at = 0, n; at < tensor.bytes(); at += n) {
                n = Math.min(PIECE, tensor.bytes() - at);
                out.append(in.stored(tensor.name(), at, (int) n));
                task.step(n);
            }
        }
    }

    /** Writes the values as float32, little-endian. */
    static void decode(Weight weight, TensorSink out, Progress progress) {
        try (Progress.Task task = progress.task("dequantize " + weight.name(), weight.count(), "weights")) {
            long together = together(weight);
            long step = Math.max(1, PIECE / Math.max(1, weight.cols()) / together) * together;
            for (long row = 0, n; weight.count() > 0 && row < weight.rows(); row += n) {
                n = Math.min(step, weight.rows() - row);
                Matrix piece = weight.rows(row, (int) n, progress.quiet());
                out.append(bytes(piece));
                task.step(piece.size());
            }
        }
    }

    /** Rows that are decoded together anyway. */
    private static int together(Weight weight) {
        return weight.cols() > Integer.MAX_VALUE
                ? 1
                : weight.format().map(f -> f.pieceRows((int) weight.cols())).orElse(1);
    }

    private static ByteBuffer bytes(Matrix matrix) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(4, matrix.size())).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(matrix.values());
        return bytes;
    }
}
