package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The way back to whoever sent one request. Everything but {@link #reply} may be called from any thread, and later. */
public interface Reply {
    /** Answers the request; once. */
    void reply(ObjectNode content);

    /** Tells every front end something that this request caused. */
    void publish(String type, ObjectNode content);

    /**
     * Asks the front end that sent the request for a line.
     *
     * @return null at the end of the input
     */
    String ask(String prompt, boolean password) throws InterruptedException;

    /** Marks the requests that wait behind this one as {@linkplain Request#abandoned() abandoned}. */
    void abandonWaiting();
}
