package dev.nibble.kernel.jshell;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The thread on which one cell's code runs, apart from the thread that compiles it: an interrupt may hit the first at
 * any moment, but would leave the compiler with closed files.
 */
final class UserThread implements AutoCloseable {
    /** Room for the deep recursions that people write while they learn, in bytes. */
    private static final long STACK = 16 << 20;

    private final Group group;
    private final ExecutorService executor;

    /** @param loader the loader of the cells' classes, for code that looks up classes by name */
    UserThread(String name, ClassLoader loader) {
        group = new Group(name);
        executor = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(group, work, name, STACK);
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            return thread;
        });
    }

    /** Runs the work and waits for its end, whatever interrupts the caller. Throws what the work throws. */
    <T> T call(Callable<T> work) throws Exception {
        Future<T> future = executor.submit(work);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof Exception exception) {
                        throw exception;
                    }
                    throw (Error) e.getCause();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Interrupts the thread and all that it started. */
    void interrupt() {
        group.interrupt();
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
        Group(String name) {
            super(name);
        }

        @Override
        public void uncaughtException(Thread thread, Throwable error) {
            if (!(error instanceof CellStopped)) {
                super.uncaughtException(thread, error);
            }
        }
    }
}
