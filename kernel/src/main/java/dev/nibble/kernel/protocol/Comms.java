package dev.nibble.kernel.protocol;

import java.util.Map;

/** Two-way connections between cells and the front end's own objects, such as widgets, as the front end sees them. */
public interface Comms {
    /** What the calling thread, and all that it starts from now on, sends was caused by this request. */
    void causedBy(Request request);

    /** A request of any type has come in and waits for its turn; it will be handed over by one of the calls below. */
    void arrived(Request request);

    /**
     * The front end opens one; an unknown target is closed at once.
     *
     * @return what is to be done here, which runs code of the user's; null for nothing
     * @throws Request.BadRequest if the request does not say what it must
     */
    Runnable open(Request request);

    /** The front end sends a message; as {@link #open}. */
    Runnable message(Request request);

    /** The front end closes one; as {@link #open}. */
    Runnable close(Request request);

    /** The target of every open one, by its id. */
    Map<String, String> targets();
}
