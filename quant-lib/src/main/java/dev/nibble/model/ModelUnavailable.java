package dev.nibble.model;

/** A model that has a name here could not be had; the message says why, and what to do. */
public final class ModelUnavailable extends RuntimeException {
    /** @param message what is missing and what to do */
    public ModelUnavailable(String message) {
        super(message);
    }

    /** @param message what is missing and what to do */
    public ModelUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
