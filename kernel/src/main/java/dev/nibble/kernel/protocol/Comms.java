package dev.nibble.kernel.protocol;

import java.util.Map;

/** Two-way connections between cells and the front end's own objects, such as widgets. */
public interface Comms {
    /** What cells send from now on was caused by this request. */
    void causedBy(Request request);

    /** The front end opens one; an unknown target is closed at once. */
    void open(Request request) throws Exception;

    void message(Request request) throws Exception;

    void close(Request request) throws Exception;

    /** The target of every open one, by its id. */
    Map<String, String> targets();
}
