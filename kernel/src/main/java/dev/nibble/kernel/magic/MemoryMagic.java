package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** {@code %memory}: heap, native memory and mapped files of this process. */
public final class MemoryMagic extends NamedMagic {
    private static final Path STATUS = Path.of("/proc/self/status");

    public MemoryMagic() {
        super("memory", "heap, native memory and mapped files", "%memory");
    }

    @Override
    public Argument argument() {
        return Argument.NOTHING;
    }

    @Override
    public Evaluation run(Call call, Context context) {
        System.gc(); // what is in use, and not what has not been collected yet
        var memory = ManagementFactory.getMemoryMXBean();
        MemoryUsage heap = memory.getHeapMemoryUsage();
        var text = new StringBuilder();
        line(
                text,
                "heap",
                heap.getUsed(),
                "in use of " + mebibytes(heap.getMax()) + ", of which " + mebibytes(heap.getCommitted())
                        + " are taken from the system");
        line(text, "native", memory.getNonHeapMemoryUsage().getUsed(), "classes and compiled code");
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                line(text, "buffers", pool.getMemoryUsed(), "direct buffers");
            } else if (pool.getName().equals("mapped")) {
                line(
                        text,
                        "mapped",
                        pool.getTotalCapacity(),
                        "of files, which take memory only as far as they are read");
            }
        }
        resident().ifPresent(bytes -> line(text, "resident", bytes, "of the whole process, mapped pages included"));
        text.append("A larger heap: NIBBLE_JAVA_OPTS=-Xmx12g in the environment of whoever starts the kernel");
        context.cell().say(text.toString());
        return Evaluation.NOTHING;
    }

    private static void line(StringBuilder text, String name, long bytes, String says) {
        text.append(String.format(Locale.ROOT, "%-9s %10s  %s%n", name, mebibytes(bytes), says));
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f MiB", bytes / 1048576.0);
    }

    /** As Linux counts it. */
    private static OptionalLong resident() {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(l -> l.startsWith("VmRSS:"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) << 10)
                    .findFirst();
        } catch (IOException | NumberFormatException unknown) {
            return OptionalLong.empty();
        }
    }
}
