package dev.nibble.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** What is at the other end of the standard streams, and where the person stands. */
final class Terminal {
    private static final int STANDARD_INPUT = 0;
    private static final int STANDARD_OUTPUT = 1;
    private static final int STANDARD_ERROR = 2;
    private static final int DEFAULT_COLUMNS = 100;

    private Terminal() {}

    /** Whether standard error is a terminal. Java does not tell, so the C library is asked. */
    static boolean errorIsTerminal() {
        String told = System.getProperty(Relaunch.ERROR_IS_TERMINAL);
        return told == null ? isTerminal(STANDARD_ERROR) : Boolean.parseBoolean(told);
    }

    /** Whether a person can type. */
    static boolean inputIsTerminal() {
        return isTerminal(STANDARD_INPUT);
    }

    /** Whether what is printed is read in a terminal that shows colours; a {@code NO_COLOR} of any value says no. */
    static boolean outputHasColours() {
        String none = System.getenv("NO_COLOR");
        return (none == null || none.isEmpty()) && !"dumb".equals(System.getenv("TERM")) && isTerminal(STANDARD_OUTPUT);
    }

    @SuppressWarnings("restricted") // one call of a function of the C library that takes and gives an int
    private static boolean isTerminal(int stream) {
        try {
            var linker = Linker.nativeLinker();
            var isatty = linker.defaultLookup().find("isatty");
            if (isatty.isEmpty()) {
                return false;
            }
            var handle = linker.downcallHandle(
                    isatty.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            return (int) handle.invokeExact(stream) == 1;
        } catch (Throwable unsupported) { // a handle may throw anything; then there is no bar
            return false;
        }
    }

    /** Characters in a line: what the launcher measured, else COLUMNS, else 100; a file or a pipe takes any number. */
    static int columns() {
        for (String text : new String[] {System.getProperty("nibble.columns"), System.getenv("COLUMNS")}) {
            if (text != null && text.matches("[1-9]\\d{1,3}")) {
                return Integer.parseInt(text);
            }
        }
        return isTerminal(STANDARD_OUTPUT) ? DEFAULT_COLUMNS : Integer.MAX_VALUE;
    }

    /** The folder that a person typed the command in, where the paths they type start. */
    static Path folder() {
        return Path.of(System.getProperty("nibble.cwd", "")).toAbsolutePath();
    }

    /** A path as a person typed it. */
    static Path path(String typed) {
        return folder().resolve(typed).normalize();
    }

    /** The shortest way to write a path for a person: relative to their folder if it lies inside. */
    static String shown(Path path) {
        Path here = folder();
        return path.startsWith(here) && !path.equals(here)
                ? here.relativize(path).toString()
                : path.toString();
    }
}
