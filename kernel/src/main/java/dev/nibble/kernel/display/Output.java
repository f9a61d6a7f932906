package dev.nibble.kernel.display;

import java.util.List;

/**
 * Where the output of one running cell goes: over a socket to JupyterLab, into a notebook file, or to a terminal. Safe
 * to call from any thread. Display ids are null when the display cannot be updated later.
 */
public interface Output {
    /** Text on "stdout" or "stderr"; may be called many times a second, the receiver coalesces. */
    void stream(String name, String text);

    void display(MimeBundle bundle, String displayId);

    void update(MimeBundle bundle, String displayId);

    void result(int executionCount, MimeBundle bundle);

    void clear(boolean wait);

    /** The one error of a cell; {@code traceback} lines carry ANSI colours. */
    void error(String name, String value, List<String> traceback);
}
