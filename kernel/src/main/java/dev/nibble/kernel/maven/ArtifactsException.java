package dev.nibble.kernel.maven;

/** Artifacts were not found or not fetched; the message says which, where, and what to do. */
public final class ArtifactsException extends RuntimeException {
    /** @param message for the person who asked for them */
    public ArtifactsException(String message) {
        super(message, null, false, false);
    }
}
