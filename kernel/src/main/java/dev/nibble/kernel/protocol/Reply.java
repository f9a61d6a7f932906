package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The way back to whoever sent one request. Everything but {@link #reply} may be called from any thread, and later. */
public interface Reply {
    /** Answers the request; once. */
    void reply(ObjectNode content);

    /** Tells every front end something that this request caused. */
    default void publish(String type, ObjectNode content) {
        publish(type, content, List.of());
    }

    /** The same with binary parts. */
    void publish(String type, ObjectNode content, List<byte[]> buffers);

    /**
     * Asks the front end that sent the request for a line.
     *
     * @return null at the end of the input
     */
    String ask(String prompt, boolean password) throws InterruptedException;

    /** Marks the requests that wait behind this one as {@linkplain Request#abandoned() abandoned}. */
    void abandonWaiting();
}
