package dev.nibble.core;

import java.util.Locale;

/** Large arrays, and what to say when there is no room for one. */
public final class Room {
    private static final long GIGABYTE = 1L << 30;

    private Room() {}

    /**
     * Room for some numbers.
     *
     * @param count how many
     * @param what they are, for the message: {@code "down_proj as float32"}
     * @return an array of zeros
     * @throws OutOfMemoryError if they do not fit, with how much is asked for, how much there is, and how to get more
     * @throws IllegalArgumentException if they are more than one array holds
     */
    public static float[] floats(long count, String what) {
        if (count > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s are %,d numbers, more than one array holds", what, count));
        }
        if (count * Float.BYTES > Runtime.getRuntime().maxMemory()) {
            throw tooMuch(count * Float.BYTES, what, null);
        }
        try {
            return new float[(int) count];
        } catch (OutOfMemoryError full) { // one allocation of a known size failed: nothing else is harmed
            throw tooMuch(count * Float.BYTES, what, full);
        }
    }

    private static OutOfMemoryError tooMuch(long bytes, String what, OutOfMemoryError cause) {
        var runtime = Runtime.getRuntime();
        long most = runtime.maxMemory();
        long free = most - runtime.totalMemory() + runtime.freeMemory();
        var error = new OutOfMemoryError(String.format(
                Locale.ROOT,
                "%s: asked for %,d MB, but of the %,d MB that this JVM may have %,d MB are free; start it with a larger"
                        + " heap, such as -Xmx%dg (in a notebook NIBBLE_JAVA_OPTS=-Xmx%dg), or take fewer rows",
                what,
                bytes / 1_000_000,
                most / 1_000_000,
                free / 1_000_000,
                larger(most + bytes),
                larger(most + bytes)));
        if (cause != null) {
            error.initCause(cause);
        }
        return error;
    }

    private static long larger(long bytes) {
        return Math.ceilDiv(bytes, GIGABYTE) + 1;
    }
}
