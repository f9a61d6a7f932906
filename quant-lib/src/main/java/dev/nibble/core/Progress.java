package dev.nibble.core;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * Shows long work and carries the request to stop it. The library reports to it; whoever runs the library draws it: a
 * live bar in a notebook, a line in a terminal, nothing in a test.
 *
 * <pre>
 *   try (var task = progress.task("quantize blk.0.ffn_down", rows, "rows")) {
 *       for (int row = 0; row &lt; rows; row++) {
 *           … work …
 *           task.step(1);              // also throws Cancelled when a stop was asked for
 *       }
 *   }
 * </pre>
 */
public interface Progress {
    /** Shows nothing and is never cancelled. */
    Progress NONE = new Progress() {
        private final CancelToken never = new CancelToken();

        @Override
        public Task task(String title, long total, String unit) {
            return new Task() {
                @Override
                public void step(long amount) {}

                @Override
                public void close() {}
            };
        }

        @Override
        public CancelToken cancelToken() {
            return never;
        }
    };

    /**
     * Begins a task.
     *
     * @param title what is done, a few words
     * @param total the amount of work, in {@code unit}; negative if it is not known
     * @param unit what is counted: "rows", "tensors", "bytes"; bytes are shown as MB
     */
    Task task(String title, long total, String unit);

    /** The stop request that all work under this progress obeys. */
    CancelToken cancelToken();

    /** The same request to stop, showing nothing: for the parts of a whole that has its own bar. */
    default Progress quiet() {
        CancelToken token = cancelToken();
        return new Progress() {
            @Override
            public Task task(String title, long total, String unit) {
                return new Task() {
                    @Override
                    public void step(long amount) {
                        token.check(title);
                    }

                    @Override
                    public void close() {}
                };
            }

            @Override
            public CancelToken cancelToken() {
                return token;
            }
        };
    }

    /** A task that is under way. Thread-safe; closing it takes it off the display. */
    interface Task extends AutoCloseable {
        /**
         * Adds to the work done.
         *
         * @throws Cancelled if a stop was asked for
         */
        void step(long amount);

        @Override
        void close();
    }

    /**
     * The progress of whoever runs the calling thread: the notebook's cell, the terminal's command, or {@link #NONE} in
     * a plain program. Methods without a progress argument use it. Read it once on the calling thread and hand it to
     * pool workers.
     */
    static Progress current() {
        return Ambient.supplier.get();
    }

    /** Sets where {@link #current()} comes from, for the whole process; called once by the kernel or the command line. */
    static void setCurrent(Supplier<Progress> supplier) {
        Ambient.supplier = Objects.requireNonNull(supplier);
    }

    /** Holder of the process-wide supplier. */
    final class Ambient {
        private static volatile Supplier<Progress> supplier = () -> NONE;

        private Ambient() {}
    }
}
