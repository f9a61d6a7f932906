package dev.nibble.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;

/** Tells the kinds of model files apart. */
final class Checkpoints {
    private Checkpoints() {}

    static Checkpoint open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(file + ": there is no such file");
        }
        throw new CheckpointException(file + ": neither GGUF nor safetensors");
    }
}
