package dev.nibble.tests.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Work done and the CPU time that the benchmark's own thread took for it. Ratios are made of these and not of
 * the time on the wall, so that other programs on the machine spoil them less.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class CpuTime {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Float32 bytes read or written, floating-point operations, or tokens. */
    public long work;

    /** CPU nanoseconds. */
    public long nanos;

    private long began;

    void begin() {
        began = THREADS.getCurrentThreadCpuTime();
    }

    void end(long done) {
        nanos += THREADS.getCurrentThreadCpuTime() - began;
        work += done;
    }
}
