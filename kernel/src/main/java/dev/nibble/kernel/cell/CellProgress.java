package dev.nibble.kernel.cell;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import dev.nibble.kernel.display.Output;
import dev.nibble.kernel.display.ProgressState;
import dev.nibble.kernel.display.ProgressState.Phase;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The library's progress, drawn in one cell. A task that is over before a person could read its bar shows none. */
public final class CellProgress implements Progress {
    private static final long FIRST_NANOS = 250_000_000;
    private static final long NEXT_NANOS = 100_000_000;

    private final Output output;
    private final CancelToken token;
    private final Set<Bar> open = ConcurrentHashMap.newKeySet();

    CellProgress(Output output, CancelToken token) {
        this.output = output;
        this.token = token;
    }

    @Override
    public Task task(String title, long total, String unit) {
        Bar bar = new Bar(title, total, unit);
        open.add(bar);
        return bar;
    }

    @Override
    public CancelToken cancelToken() {
        return token;
    }

    /** Ends the bars that an error or an interrupt left open. */
    void closeAll() {
        List.copyOf(open).forEach(Bar::close);
    }

    private final class Bar implements Task {
        private final String id = "progress-" + UUID.randomUUID();
        private final String title;
        private final long total;
        private final String unit;
        private final long began = System.nanoTime();
        private final AtomicLong done = new AtomicLong();
        private final AtomicLong nextShow = new AtomicLong(began + FIRST_NANOS);
        // Guarded by this.
        private boolean shown;
        private boolean closed;

        Bar(String title, long total, String unit) {
            this.title = title;
            this.total = total;
            this.unit = unit;
        }

        @Override
        public void step(long amount) {
            done.addAndGet(amount);
            if (token.isCancelled()) {
                throw new Cancelled(title);
            }
            long now = System.nanoTime();
            long due = nextShow.get();
            if (now - due >= 0 && nextShow.compareAndSet(due, now + NEXT_NANOS)) {
                show(Phase.RUNNING);
            }
        }

        private synchronized void show(Phase phase) {
            if (closed) {
                return;
            }
            shown = true;
            closed = phase != Phase.RUNNING;
            double seconds = (System.nanoTime() - began) / 1e9;
            output.progress(new ProgressState(id, title, done.get(), total, unit, seconds, phase));
        }

        @Override
        public void close() {
            open.remove(this);
            boolean whole = total < 0 ? !token.isCancelled() : done.get() >= total;
            synchronized (this) {
                if (shown) {
                    show(whole ? Phase.DONE : Phase.STOPPED);
                }
                closed = true;
            }
        }
    }
}
