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

    /** Help that a front end shows in its pager, and whoever has none among the cell's output. */
    default void page(MimeBundle bundle) {
        display(bundle, null);
    }

    /**
     * Code for the person to run or to change next.
     *
     * @param replace in place of the cell's own code, instead of in a new cell below
     */
    default void nextInput(String code, boolean replace) {}

    /**
     * The cell's code asks for the end of the program, as {@code System.exit} does. A session goes on, which is what
     * this does unless overridden, and the cell fails; a script ends with that code.
     */
    default void exit(int status) {}

    /**
     * A task of the cell began, went on or ended; at most about ten times a second. A notebook draws a live bar, a
     * terminal a line; a notebook file keeps none, which is what this does unless overridden.
     */
    default void progress(ProgressState state) {}
}
