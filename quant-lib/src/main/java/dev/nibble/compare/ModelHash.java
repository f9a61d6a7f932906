package dev.nibble.compare;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.core.Progress;
import dev.nibble.tensor.TensorInfo;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a model's weights are, whatever its file is called: a hash of names, shapes, types and all stored bytes. */
final class ModelHash {
    private static final int PIECE = 1 << 22;

    private ModelHash() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) { // every Java platform has it
            throw new IllegalStateException(impossible);
        }
    }

    static String of(Checkpoint checkpoint, Progress progress) {
        MessageDigest digest = sha256();
        long total = checkpoint.tensors().stream().mapToLong(TensorInfo::bytes).sum();
        try (Progress.Task task = progress.task("read the model", total, "bytes")) {
            for (TensorInfo tensor : checkpoint.tensors()) {
                digest.update((tensor + "\n").getBytes(StandardCharsets.UTF_8));
                for (long at = 0; at < tensor.bytes(); at += PIECE) {
                    int count = (int) Math.min(PIECE, tensor.bytes() - at);
                    digest.update(checkpoint.stored(tensor.name(), at, count));
                    task.step(count);
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
