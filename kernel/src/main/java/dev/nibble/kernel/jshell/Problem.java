package dev.nibble.kernel.jshell;

import java.util.List;

/**
 * Why a cell ended early, for a person to read.
 *
 * @param name the exception's class, {@link #NOT_COMPILED} or "KeyboardInterrupt"
 * @param value its message
 * @param traceback lines with ANSI colours
 * @param whole the same with every frame
 */
public record Problem(String name, String value, List<String> traceback, List<String> whole) {
    /** The name where the compiler refused the code. */
    public static final String NOT_COMPILED = "CompileError";

    public Problem {
        traceback = List.copyOf(traceback);
        whole = List.copyOf(whole);
    }

    /** One whose traceback leaves nothing out. */
    public Problem(String name, String value, List<String> traceback) {
        this(name, value, traceback, traceback);
    }
}
