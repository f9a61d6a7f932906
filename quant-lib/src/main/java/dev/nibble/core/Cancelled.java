package dev.nibble.core;

/** Thrown by a long operation whose {@link CancelToken} was cancelled. Nothing half-written is left behind. */
public final class Cancelled extends RuntimeException {
    /** @param what the work that was stopped, as it should appear in the message */
    public Cancelled(String what) {
        super(what + ": stopped on request");
    }
}
