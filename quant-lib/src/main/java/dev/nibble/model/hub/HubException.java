package dev.nibble.model.hub;

/** A model of the hub could not be had; the message says why, and what to do. */
public class HubException extends RuntimeException {
    /** @param message what is wrong and what to do */
    public HubException(String message) {
        super(message);
    }

    /** @param message what is wrong and what to do */
    public HubException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The hub can not be reached or does not answer as it should: what is in the cache may do. */
    static final class Unreachable extends HubException {
        Unreachable(String message) {
            super(message);
        }

        Unreachable(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
