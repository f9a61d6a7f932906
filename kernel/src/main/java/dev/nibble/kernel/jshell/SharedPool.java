package dev.nibble.kernel.jshell;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ForkJoinWorkerThread;

/** The workers of fork-join pools, which parallel streams of all cells share. */
final class SharedPool {
    private static final long STEP_MILLIS = 2;

    private SharedPool() {}

    /** Waits until no worker runs the code of a cell, or {@code millis} have passed. */
    static void awaitCellCode(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            while (runsCellCode() && System.nanoTime() < end) {
                Thread.sleep(STEP_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean runsCellCode() {
        for (Map.Entry<Thread, StackTraceElement[]> entry :
                Thread.getAllStackTraces().entrySet()) {
            if (entry.getKey() instanceof ForkJoinWorkerThread
                    && Arrays.stream(entry.getValue())
                            .anyMatch(frame -> frame.getClassName().startsWith("REPL."))) {
                return true;
            }
        }
        return false;
    }
}
