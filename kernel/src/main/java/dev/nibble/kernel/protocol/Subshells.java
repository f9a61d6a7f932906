package dev.nibble.kernel.protocol;

import java.util.List;

/** Shells beside the main one, whose requests do not wait for its cells (JEP 91). They share one session. */
public interface Subshells {
    /**
     * Makes one.
     *
     * @return its id
     * @throws Request.BadRequest if there are too many
     */
    String create();

    /**
     * Ends one; what waits in it is answered as abandoned.
     *
     * @throws Request.BadRequest if there is none of that id
     */
    void delete(String id) throws InterruptedException;

    /** The ids of all, in the order of their making. */
    List<String> list();
}
