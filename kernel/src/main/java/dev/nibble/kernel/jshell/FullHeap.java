package dev.nibble.kernel.jshell;

import dev.nibble.kernel.cell.MemoryReserve;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What follows when a cell has run out of memory: room for the next cell, and words that help. */
final class FullHeap {
    private static final String NAME = "java.lang.OutOfMemoryError";

    private static final String VARIABLES = "%whos shows what variables hold; %reset NAME lets go of one.";

    private FullHeap() {}

    static boolean is(Problem problem) {
        return problem.name().equals(NAME);
    }

    /**
     * Makes room if there is none left, and says how much memory there is and how to get more.
     *
     * @param classes of the session
     * @param declared the variables that the cell declared
     */
    static Problem explain(Problem problem, SessionClasses classes, List<String> declared) {
        List<String> lines = new ArrayList<>(problem.traceback());
        List<String> cleared = MemoryReserve.isCritical() ? classes.clear(declared) : List.of();
        if (!cleared.isEmpty()) {
            System.gc();
        }
        long most = Runtime.getRuntime().maxMemory();
        if (problem.value().contains("direct buffer")) {
            lines.add("Direct buffers have a limit of their own: NIBBLE_JAVA_OPTS=-XX:MaxDirectMemorySize=8g in the"
                    + " environment of whoever starts the kernel raises it.");
        } else if (problem.value().contains("native thread")) {
            lines.add("The system gives this process no more threads: end some, or start fewer at once.");
        } else if (problem.value().contains("etaspace")) {
            lines.add("There is no room for more classes: %reset -f lets go of those that cells declared.");
        } else if (problem.value().contains("NIBBLE_JAVA_OPTS")) {
            lines.add(VARIABLES); // the library has said how large the heap is
        } else {
            lines.add(String.format(
                    Locale.ROOT,
                    "The heap holds at most %,d MB, of which %,d MB are free now. A larger one:"
                            + " NIBBLE_JAVA_OPTS=-Xmx%dg in the environment of whoever starts the kernel, or"
                            + " \"env\": {\"NIBBLE_JAVA_OPTS\": \"-Xmx%dg\"} in its kernel.json.",
                    most / 1_000_000,
                    Math.max(0, most - MemoryReserve.used()) / 1_000_000,
                    larger(most),
                    larger(most)));
            lines.add(VARIABLES);
        }
        if (!cleared.isEmpty()) {
            lines.add("Nothing could have run any more, so this cell's " + String.join(", ", cleared)
                    + (cleared.size() == 1 ? " was" : " were") + " set to null.");
        }
        return new Problem(problem.name(), problem.value(), lines);
    }

    /** Twice as much, in whole gigabytes. */
    private static long larger(long bytes) {
        return Math.max(2, Math.ceilDiv(2 * bytes, 1L << 30));
    }
}
