package dev.nibble.core;

/**
 * One request to stop, shared by everything that works on one task, pool workers included. Polling it costs one
 * volatile read; every loop that can run for more than a tenth of a second does. Open to subclasses whose answer comes
 * from elsewhere, or is counted.
 */
public class CancelToken {
    private volatile boolean cancelled;

    /** Asks for the stop. May be called from any thread, and more than once; it is never taken back. */
    public void cancel() {
        cancelled = true;
    }

    /** Whether a stop was asked for. */
    public boolean isCancelled() {
        return cancelled;
    }

    /**
     * Stops the caller if a stop was asked for.
     *
     * @param what the work, as it should appear in the message
     * @throws Cancelled if {@link #cancel()} was called
     */
    public void check(String what) {
        if (isCancelled()) {
            throw new Cancelled(what);
        }
    }
}
