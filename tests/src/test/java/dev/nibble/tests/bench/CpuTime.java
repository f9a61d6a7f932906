package dev.nibble.tests.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Work done, the CPU time that the benchmark's own thread took for it, and what it allocated. Ratios are made of these and not of
 * the time on the wall, so that other programs on the machine spoil them less.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class CpuTime {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Float32 bytes read or written, floating-point operations, or tokens. */
    public long work;

    /** CPU nanoseconds. */
    public long nanos;

    /** Times that it was measured. */
    public long times;

    /** Bytes that the thread allocated meanwhile. */
    public long allocated;

    private long began;
    private long allocatedBefore;

    void begin() {
        allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
        began = THREADS.getCurrentThreadCpuTime();
    }

    void end(long done) {
        nanos += THREADS.getCurrentThreadCpuTime() - began;
        work += done;
        times++;
        allocated += THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
    }
}
