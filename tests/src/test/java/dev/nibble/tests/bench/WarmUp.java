package dev.nibble.tests.bench;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * Repeats work until the JIT compiler rests. On a busy machine a fixed time is no measure of that: the compiler waits for
 * its turn too, and vector code that is not compiled yet is slow and allocates.
 */
final class WarmUp {
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private WarmUp() {}

    /**
     * @param milliseconds of CPU time for which the compiler must have had nothing to do; 0 for no warming up
     * @param work one pass, as it will be measured
     */
    static void run(int milliseconds, Runnable work) {
        long least = TimeUnit.MILLISECONDS.toNanos(milliseconds);
        var threads = ManagementFactory.getThreadMXBean();
        var compiler = ManagementFactory.getCompilationMXBean();
        long began = System.nanoTime();
        long restsSince = threads.getCurrentThreadCpuTime();
        long compiled = compiler.getTotalCompilationTime();
        while (least > 0 && System.nanoTime() - began < MOST_NANOS) {
            work.run();
            long now = threads.getCurrentThreadCpuTime();
            long compiledNow = compiler.getTotalCompilationTime();
            if (compiledNow > compiled) {
                compiled = compiledNow;
                restsSince = now;
            } else if (now - restsSince > least) {
                return;
            }
        }
    }
}
