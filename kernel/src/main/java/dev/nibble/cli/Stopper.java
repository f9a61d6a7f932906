package dev.nibble.cli;

import dev.nibble.core.Progress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Interrupts the running cell when the process is asked to end. */
final class Stopper implements AutoCloseable {
    private static final long POLL_MILLIS = 50;

    private final CountDownLatch finished = new CountDownLatch(1);

    Stopper(Runnable interrupt, Progress progress) {
        Thread.ofPlatform().name("stopper").daemon().start(() -> {
            try {
                while (!finished.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                    if (progress.cancelToken().isCancelled()) {
                        interrupt.run();
                    }
                }
            } catch (InterruptedException unexpected) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void close() {
        finished.countDown();
    }
}
