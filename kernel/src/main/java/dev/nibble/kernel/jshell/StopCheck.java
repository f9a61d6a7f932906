package dev.nibble.kernel.jshell;

import dev.nibble.kernel.cell.Cell;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MutableCallSite;

/**
 * What {@link Weaver} puts into the code of cells. Public because that code calls it.
 *
 * <p>A check costs nothing in compiled code: its outcome is a constant to the compiler. Arming the checks changes the
 * constant, which throws the compiled code away, loops that are running included.
 */
public final class StopCheck {
    private static final MutableCallSite SITE = new MutableCallSite(always(false));
    private static final MethodHandle ARMED = SITE.dynamicInvoker();

    private StopCheck() {}

    private static MethodHandle always(boolean value) {
        return MethodHandles.constant(boolean.class, value);
    }

    /** Throws {@link CellStopped} if the calling thread works for a cell that was asked to stop. */
    public static void check() {
        boolean armed;
        try {
            armed = (boolean) ARMED.invokeExact();
        } catch (Error e) { // the stack or the heap may end just here, in code that uses up either
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a constant cannot fail", e);
        }
        if (armed) {
            stopIfCancelled();
        }
    }

    private static void stopIfCancelled() {
        Cell cell = Cell.current();
        if (cell != null && cell.isCancelled()) {
            throw new CellStopped();
        }
    }

    /** Makes the checks look at their cell from now on. */
    static synchronized void arm() {
        set(true);
    }

    /** Makes the checks free again. */
    static synchronized void disarm() {
        set(false);
    }

    private static void set(boolean armed) {
        try {
            if (armed != (boolean) SITE.getTarget().invokeExact()) {
                SITE.setTarget(always(armed));
                MutableCallSite.syncAll(new MutableCallSite[] {SITE});
            }
        } catch (Throwable e) {
            throw new AssertionError("a constant cannot fail", e);
        }
    }
}
