package dev.nibble.checkpoint;

/**
 * A model file that can not be read: truncated, malformed, of an unknown kind. The message names the file, the tensor
 * or key, the offset, what was expected and what to do.
 */
public final class CheckpointException extends RuntimeException {
    /** @param message file, place, what is wrong, and what to do */
    public CheckpointException(String message) {
        super(message);
    }

    /** @param message file, place, what is wrong, and what to do */
    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
