package dev.nibble.kernel.jshell;

/** Stands in for {@code System.exit} and its kin in the code of cells. Public because that code calls it. */
@SuppressWarnings("DoNotCallSuggester") // woven code calls these, nobody else
public final class ExitGuard {
    private ExitGuard() {}

    /** Thrown instead of ending the process. */
    public static final class ExitRefused extends RuntimeException {
        ExitRefused(String call) {
            super(call + " would end the kernel, and every variable with it, so it was not run. "
                    + "To leave the cell use return or throw; to start afresh, restart the kernel from its menu.");
        }
    }

    /** In place of {@link System#exit(int)}. */
    public static void exit(int status) {
        throw new ExitRefused("System.exit(" + status + ")");
    }

    /** In place of {@link Runtime#exit(int)}. */
    public static void exit(Runtime runtime, int status) {
        throw new ExitRefused("Runtime.exit(" + status + ")");
    }

    /** In place of {@link Runtime#halt(int)}. */
    public static void halt(Runtime runtime, int status) {
        throw new ExitRefused("Runtime.halt(" + status + ")");
    }
}
