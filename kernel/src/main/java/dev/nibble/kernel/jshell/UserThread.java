package dev.nibble.kernel.jshell;

import dev.nibble.kernel.cell.MemoryReserve;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * The thread on which one cell's code runs, apart from the thread that compiles it: an interrupt may hit the first at
 * any moment, but would leave the compiler with closed files.
 */
final class UserThread implements AutoCloseable {
    /** Room for the deep recursions that people write while they learn, in bytes. */
    private static final long STACK = 16 << 20;
    /** What an interrupted thread gets to end by itself, in milliseconds; then nobody waits for it any more. */
    private static final long PATIENCE = 1_500;

    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform()
            .name("nibble-abandon")
            .daemon()
            .inheritInheritableThreadLocals(false)
            .factory());

    private final Group group;
    private final ExecutorService executor;
    private final Supplier<ClassLoader> loader;
    private volatile Thread thread;
    // Guarded by this.
    private CompletableFuture<?> awaited;
    private boolean interrupted;
    private boolean abandoned;

    /** Thrown to who waits for a thread that does not end. */
    static final class Abandoned extends Exception {
        Abandoned() {
            super("the thread does not end", null, false, false);
        }
    }

    /**
     * @param loader the loader of the cells' classes, asked before each work: for code that looks up classes by name
     * @param uncaught told, on the thread itself, what a thread of the cell's dies of
     */
    UserThread(String name, Supplier<ClassLoader> loader, BiConsumer<Thread, Throwable> uncaught) {
        this.loader = loader;
        group = new Group(name, uncaught);
        executor = Executors.newSingleThreadExecutor(work -> {
            Thread made = new Thread(group, work, name, STACK);
            made.setDaemon(true);
            thread = made;
            return made;
        });
    }

    /**
     * Runs the work and waits for its end, whatever interrupts the caller. Throws what the work throws.
     *
     * @throws Abandoned if it goes on long after {@link #interrupt}
     */
    <T> T call(Callable<T> work) throws Exception {
        var result = new CompletableFuture<T>();
        synchronized (this) {
            if (abandoned) {
                throw new Abandoned();
            }
            awaited = result;
        }
        executor.execute(() -> {
            try {
                Thread.currentThread().setContextClassLoader(loader.get());
                result.complete(work.call());
            } catch (Throwable e) {
                MemoryReserve.releaseAfter(e);
                result.completeExceptionally(e);
            }
        });
        boolean callerInterrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    callerInterrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof Exception exception) {
                        throw exception;
                    }
                    throw (Error) e.getCause();
                }
            }
        } finally {
            if (callerInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Interrupts the thread and all that it started. If it does not end then, nobody waits for it any more. */
    void interrupt() {
        group.interrupt();
        synchronized (this) {
            if (!interrupted) {
                interrupted = true;
                var _ = TIMER.schedule(this::abandon, PATIENCE, TimeUnit.MILLISECONDS);
            }
        }
    }

    private synchronized void abandon() {
        if (awaited != null && !awaited.isDone()) {
            abandoned = true;
            awaited.completeExceptionally(new Abandoned());
        }
    }

    /** Whether it went on long after it was interrupted. */
    synchronized boolean isAbandoned() {
        return abandoned;
    }

    /** What it does at this moment, the innermost call first; empty before its first work and after its end. */
    StackTraceElement[] stack() {
        Thread started = thread;
        return started == null ? new StackTraceElement[0] : started.getStackTrace();
    }

    String name() {
        return group.getName();
    }

    /** Whether any thread of the cell still runs. */
    boolean isAlive() {
        return group.activeCount() > 0;
    }

    /** No more work comes; threads that the cell started go on. */
    @Override
    public void close() {
        executor.shutdown();
    }

    /** A cell's threads. One that was stopped on request dies in silence. */
    private static final class Group extends ThreadGroup {
        private final BiConsumer<Thread, Throwable> uncaught;

        Group(String name, BiConsumer<Thread, Throwable> uncaught) {
            super(name);
            this.uncaught = uncaught;
        }

        @Override
        public void uncaughtException(Thread thread, Throwable error) {
            MemoryReserve.releaseAfter(error);
            if (!(error instanceof CellStopped)) {
                uncaught.accept(thread, error);
            }
        }
    }
}
