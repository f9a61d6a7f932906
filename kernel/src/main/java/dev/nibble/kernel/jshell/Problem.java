package dev.nibble.kernel.jshell;

import java.util.List;

/**
 * Why a cell ended early, for a person to read.
 *
 * @param name the exception's class, "CompileError" or "KeyboardInterrupt"
 * @param value its message
 * @param traceback lines with ANSI colours
 */
public record Problem(String name, String value, List<String> traceback) {
    public Problem {
        traceback = List.copyOf(traceback);
    }
}
