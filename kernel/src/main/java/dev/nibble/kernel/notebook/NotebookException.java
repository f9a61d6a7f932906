package dev.nibble.kernel.notebook;

/** A notebook file that cannot be read; the message names the file, the place, what was expected and what to do. */
public final class NotebookException extends RuntimeException {
    /** @param message file, place, what is wrong */
    public NotebookException(String message) {
        super(message);
    }

    /** @param message file, place, what is wrong */
    public NotebookException(String message, Throwable cause) {
        super(message, cause);
    }
}
