package dev.nibble.kernel.jshell;

import dev.nibble.kernel.cell.Cell;

/** Stands in for {@code System.exit} and its kin in the code of cells. Public because that code calls it. */
@SuppressWarnings("DoNotCallSuggester") // woven code calls these, nobody else
public final class ExitGuard {
    private ExitGuard() {}

    /** Thrown instead of ending the process. */
    public static final class ExitRefused extends RuntimeException {
        ExitRefused(String call) {
            super(call + " would end the session, and every variable with it, so it was not run. To leave only this"
                    + " cell, use return or throw. To end the session, restart the kernel of a notebook; in a terminal,"
                    + " press Ctrl-D.");
        }
    }

    /** In place of {@link System#exit(int)}. */
    public static void exit(int status) {
        leave("System.exit", status);
    }

    /** In place of {@link Runtime#exit(int)}. */
    public static void exit(Runtime runtime, int status) {
        leave("Runtime.exit", status);
    }

    /** In place of {@link Runtime#halt(int)}. */
    public static void halt(Runtime runtime, int status) {
        leave("Runtime.halt", status);
    }

    /** Code goes no further in either case. */
    private static void leave(String call, int status) {
        Cell cell = Cell.current();
        if (cell != null) {
            cell.exit(status);
        }
        throw new ExitRefused(call + "(" + status + ")");
    }
}
