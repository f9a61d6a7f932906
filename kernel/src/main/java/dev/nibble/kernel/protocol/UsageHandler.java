package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code usage_request}: what the kernel, with the processes that its cells started, and the machine use. The fields are
 * ipykernel's, which resource monitors of front ends read: percentages of one processor, and bytes.
 */
final class UsageHandler implements Handler {
    /** {@code Pss:   123 kB}, as Linux writes it. */
    private static final Pattern KILOBYTES = Pattern.compile("(?m)^(\\w+):\\s+(\\d+) kB$");

    /** Made when somebody asks: the beans take a good part of a start. */
    private static final class Beans {
        static final OperatingSystemMXBean SYSTEM =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    }

    private final String host = host();
    // Guarded by this.
    private long lastCpu;
    private long lastTime;

    @Override
    public void handle(Request request, Reply reply) {
        ObjectNode content = Json.ok()
                .put("hostname", host)
                .put("pid", ProcessHandle.current().pid());
        content.put("kernel_cpu", kernelCpu());
        content.put("kernel_memory", kernelMemory());
        double load = Beans.SYSTEM.getCpuLoad();
        // The first answer of a JVM is a meaningless zero.
        if (load > 0) {
            content.put("host_cpu_percent", load * 100);
        }
        content.put("cpu_count", Runtime.getRuntime().availableProcessors());
        hostMemory(content.putObject("host_virtual_memory"));
        reply.reply(content);
    }

    /** Since the last request, or since the start; 100 is one processor. */
    private synchronized double kernelCpu() {
        long cpu = cpuNanos();
        long time = System.nanoTime();
        long passed = lastTime == 0
                ? TimeUnit.MILLISECONDS.toNanos(
                        ManagementFactory.getRuntimeMXBean().getUptime())
                : time - lastTime;
        double percent = 100.0 * Math.max(0, cpu - lastCpu) / Math.max(1, passed);
        lastCpu = cpu;
        lastTime = time;
        return percent;
    }

    private long cpuNanos() {
        long children = ProcessHandle.current()
                .descendants()
                .mapToLong(child ->
                        child.info().totalCpuDuration().orElse(Duration.ZERO).toNanos())
                .sum();
        return Beans.SYSTEM.getProcessCpuTime() + children;
    }

    private static long kernelMemory() {
        long own = memory(ProcessHandle.current().pid());
        if (own < 0) {
            MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
            return memory.getHeapMemoryUsage().getCommitted()
                    + memory.getNonHeapMemoryUsage().getCommitted();
        }
        return own
                + ProcessHandle.current()
                        .descendants()
                        .mapToLong(child -> Math.max(0, memory(child.pid())))
                        .sum();
    }

    /** What a process holds of the machine's memory, shared parts divided; -1 where the system does not tell. */
    private static long memory(long pid) {
        long shared = kilobytes(Path.of("/proc/" + pid + "/smaps_rollup")).getOrDefault("Pss", -1L);
        return shared >= 0
                ? shared
                : kilobytes(Path.of("/proc/" + pid + "/status")).getOrDefault("VmRSS", -1L);
    }

    private void hostMemory(ObjectNode memory) {
        Map<String, Long> linux = kilobytes(Path.of("/proc/meminfo"));
        long total = linux.getOrDefault("MemTotal", Beans.SYSTEM.getTotalMemorySize());
        long free = linux.getOrDefault("MemFree", Beans.SYSTEM.getFreeMemorySize());
        long available = linux.getOrDefault("MemAvailable", free);
        memory.put("total", total)
                .put("available", available)
                .put("percent", 100.0 * (total - available) / Math.max(1, total))
                .put("used", total - available)
                .put("free", free);
        for (String part : List.of("Active", "Inactive", "Buffers", "Cached", "Shmem", "Slab")) {
            if (linux.containsKey(part)) {
                memory.put(part.equals("Shmem") ? "shared" : part.toLowerCase(Locale.ROOT), linux.get(part));
            }
        }
    }

    /** The sizes in a file of Linux, in bytes; empty where there is no such file. */
    private static Map<String, Long> kilobytes(Path file) {
        Map<String, Long> sizes = new TreeMap<>();
        try {
            Matcher lines = KILOBYTES.matcher(Files.readString(file));
            while (lines.find()) {
                sizes.put(lines.group(1), Long.parseLong(lines.group(2)) * 1024);
            }
        } catch (IOException | RuntimeException e) {
            // not Linux, or not ours to read
        }
        return sizes;
    }

    private static String host() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            String name = System.getenv().getOrDefault("HOSTNAME", System.getenv("COMPUTERNAME"));
            return name == null ? "localhost" : name;
        }
    }
}
