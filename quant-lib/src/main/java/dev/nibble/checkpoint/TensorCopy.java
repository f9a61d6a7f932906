package dev.nibble.checkpoint;

import dev.nibble.core.Progress;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Takes tensors from one file to another piece by piece, as they are or as float32. */
final class TensorCopy {
    /** Bytes of a piece. */
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
            for (Matrix piece : weight.pieces(progress.quiet())) {
                out.append(bytes(piece));
                task.step(piece.size());
            }
        }
    }

    private static ByteBuffer bytes(Matrix matrix) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(4, matrix.size())).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(matrix.values());
        return bytes;
    }
}
