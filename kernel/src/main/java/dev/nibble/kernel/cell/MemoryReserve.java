package dev.nibble.kernel.cell;

/**
 * Some memory that nobody uses, until a cell has filled the heap: then it is let go, so that the kernel can still say so,
 * answer its sockets and run the cell that frees the rest.
 */
public final class MemoryReserve {
    // Enough to compile and run a small cell; less of a small heap.
    private static final long MOST_BYTES = 16L << 20;
    private static final int SHARE = 12;
    /** The reserve is taken only where that much is free for each of its bytes. */
    private static final int PLENTY = 3;

    @SuppressWarnings("UnusedVariable") // held, not read
    private static volatile byte[] held;

    /** Whether it was let go, or could not be taken. */
    private static volatile boolean missing;

    private MemoryReserve() {}

    private static int size() {
        return (int) Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / SHARE);
    }

    /** Memory of the heap that is in use, the reserve included, in bytes. */
    public static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Takes the reserve if it had to be let go, or could not be taken before, and there is room. */
    public static void refill() {
        if (missing) {
            fill();
        }
    }

    /** Takes the reserve if there is room; a kernel does once it can run cells. */
    public static void fill() {
        if (held != null) {
            return;
        }
        missing = true; // and there may be room after another cell
        if (Runtime.getRuntime().maxMemory() - used() < (long) PLENTY * size()) {
            return;
        }
        try {
            byte[] taken = new byte[size()];
            missing = false; // first: whoever lets go of it meanwhile says otherwise
            held = taken;
        } catch (OutOfMemoryError notNow) {
            // missing, as it was
        }
    }

    /** Lets go of it: call this before anything else where an {@link OutOfMemoryError} arrives. */
    public static void release() {
        held = null;
        missing = true;
    }

    /** The same where any error arrives that may be one, or be caused by one. Allocates nothing. */
    public static void releaseAfter(Throwable error) {
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < 16; depth++) {
            if (cause instanceof OutOfMemoryError) {
                release();
                return;
            }
            cause = cause.getCause();
        }
    }

    /** Whether the heap is so full that hardly anything can run; collects garbage to find out. */
    public static boolean isCritical() {
        System.gc();
        return Runtime.getRuntime().maxMemory() - used() < 2L * size();
    }
}
