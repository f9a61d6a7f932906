package dev.nibble.checkpoint;

/**
 * A model file that can not be read: truncated, malformed, of an unknown kind. The message names the file, the tensor
 * or key, the offset, what was expected and what to do.
 */
public final class CheckpointException extends RuntimeException {
    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
