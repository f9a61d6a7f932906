package dev.nibble.kernel.magic;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.nibble.kernel.jshell.Evaluation;
import dev.nibble.kernel.jshell.Problem;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/** {@code %time}: how long code takes, what the whole process computes meanwhile, and what it allocates. */
public final class TimeMagic implements Magic {
    @Override
    public String name() {
        return "time";
    }

    @Override
    public List<String> usage() {
        return List.of("%time CODE", "%%time");
    }

    @Override
    public String help() {
        return "how long the line, or the whole cell, takes: wall and CPU time, allocation, garbage collection";
    }

    @Override
    public Argument argument() {
        return Argument.CODE;
    }

    @Override
    public Evaluation run(Call call, Context context) {
        if (call.arguments().equals("--help")) {
            context.cell().say(manual());
            return Evaluation.NOTHING;
        }
        if (!call.wholeCell() && call.arguments().isEmpty()) {
            throw new UsageError(
                    "%time needs code on its line, as in %time model.weights(); %%time times a whole cell");
        }
        var before = Usage.now();
        Evaluation result = context.session().evaluate(call.source(), call.argumentsBegin(), call.bodyEnd());
        boolean ran = result.problem() == null || !result.problem().name().equals(Problem.NOT_COMPILED);
        if (ran) {
            context.cell().say(Usage.now().since(before));
        }
        return result;
    }

    private record Usage(long wallNanos, long cpuNanos, long bytes, long collectMillis) {
        static Usage now() {
            var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long collect = 0;
            for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
                collect += Math.max(0, collector.getCollectionTime());
            }
            return new Usage(
                    System.nanoTime(), system.getProcessCpuTime(), threads.getTotalThreadAllocatedBytes(), collect);
        }

        String since(Usage before) {
            return String.format(
                    Locale.ROOT,
                    "wall %s, CPU %s, allocated %.1f MB, garbage collection %d ms",
                    time(wallNanos - before.wallNanos),
                    time(cpuNanos - before.cpuNanos),
                    (bytes - before.bytes) / 1e6,
                    collectMillis - before.collectMillis);
        }

        private static String time(long nanos) {
            double seconds = nanos / 1e9;
            return seconds < 1
                    ? String.format(Locale.ROOT, "%.1f ms", seconds * 1e3)
                    : String.format(Locale.ROOT, "%.2f s", seconds);
        }
    }
}
