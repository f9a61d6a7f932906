package dev.nibble.core;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A loop on all processors that is run again and again: what {@link Parallel#ranges} does, without allocating anything
 * after the first run. One thread at a time runs it.
 */
public final class Loop {
    private final Parallel.Range body;
    private final String what;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Helper[] helpers;
    private int count;
    private int grain;
    private int ranges;
    private CancelToken cancel;

    /**
     * @param what the work, for the message of {@link Cancelled}
     * @param body one pass over a range
     */
    public Loop(String what, Parallel.Range body) {
        this.what = what;
        this.body = body;
        helpers = new Helper[ForkJoinPool.commonPool().getParallelism()];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper();
        }
    }

    /** A worker of the pool that takes ranges as long as there are. */
    private final class Helper extends ForkJoinTask<Void> {
        private static final long serialVersionUID = 1;

        @Override
        public Void getRawResult() {
            return null;
        }

        @Override
        protected void setRawResult(Void value) {}

        @Override
        protected boolean exec() {
            work();
            return true;
        }
    }

    /**
     * As {@link Parallel#ranges(int, int, CancelToken, String, Parallel.Range)}.
     *
     * @throws Cancelled if a stop was asked for
     * @throws RuntimeException what the first failing pass threw
     */
    public void run(int length, int rangeLength, CancelToken token) {
        if (rangeLength <= 0) {
            throw new IllegalArgumentException("grain " + rangeLength + " is not positive");
        }
        count = length;
        grain = rangeLength;
        ranges = length <= 0 ? 0 : (length - 1) / rangeLength + 1;
        cancel = token;
        next.set(0);
        failure.set(null);
        int asked = Math.min(helpers.length, ranges - 1);
        for (int i = 0; i < asked; i++) {
            helpers[i].reinitialize();
            ForkJoinPool.commonPool().execute(helpers[i]);
        }
        work();
        for (int i = asked - 1; i >= 0; i--) {
            // A helper that never got a thread has nothing left to do: take it back, last one first, instead of waiting
            // for a thread that may be busy with someone else's work.
            if (!helpers[i].tryUnfork()) {
                helpers[i].quietlyJoin();
            }
        }
        switch (failure.get()) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable t -> throw new IllegalStateException(what + ": " + t.getMessage(), t);
        }
    }

    private void work() {
        int range;
        while (failure.get() == null && (range = next.getAndIncrement()) < ranges) {
            try {
                cancel.check(what);
                int from = range * grain;
                body.run(from, Math.min(count, from + Math.min(grain, count - from)));
            } catch (Throwable t) { // rethrown on the calling thread
                failure.compareAndSet(null, t);
            }
        }
    }
}
