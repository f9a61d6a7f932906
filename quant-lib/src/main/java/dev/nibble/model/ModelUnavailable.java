package dev.nibble.model;

/** A model that has a name here could not be had; the message says why, and what to do. */
public final class ModelUnavailable extends RuntimeException {
    public ModelUnavailable(String message) {
        super(message);
    }

    public ModelUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
