package dev.nibble.core;

/**
 * Loops whose passes run on all processors. A pass must depend on nothing but its own range, so that the result is the
 * same on one thread and on sixty-four; sums are made per range and added up in order afterwards.
 */
public final class Parallel {
    private Parallel() {}

    /** One pass over the half-open range. */
    @FunctionalInterface
    public interface Range {
        void run(int from, int to);
    }

    /**
     * Splits 0..count into ranges of at most {@code grain} and runs them on the common pool and the calling thread.
     * Returns, normally or not, only after every pass has ended: nothing runs on in the background. The stop request is
     * looked at before each range, so a range should take a few milliseconds.
     *
     * @param count length of the loop
     * @param grain length of one range; fixed by the caller, never by the number of processors
     * @param cancel the stop request
     * @param what the work, for the message of {@link Cancelled}
     * @throws Cancelled if a stop was asked for
     * @throws RuntimeException what the first failing pass threw
     */
    public static void ranges(int count, int grain, CancelToken cancel, String what, Range body) {
        new Loop(what, body).run(count, grain, cancel);
    }

    /** The same under the stop request of {@link Progress#current()}. */
    public static void ranges(int count, int grain, String what, Range body) {
        ranges(count, grain, Progress.current().cancelToken(), what, body);
    }

    /**
     * The same, showing itself as a task counted in {@code unit}.
     *
     * @param progress where it is shown; also carries the stop request
     */
    public static void ranges(int count, int grain, Progress progress, String title, String unit, Range body) {
        try (Progress.Task task = progress.task(title, count, unit)) {
            ranges(count, grain, progress.cancelToken(), title, (from, to) -> {
                body.run(from, to);
                task.step(to - from);
            });
        }
    }
}
