package dev.nibble.kernel.install;

import dev.nibble.kernel.JvmFlags;
import dev.nibble.kernel.Rehearsal;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The kernel's classes and the JDK's as the JVM holds them in memory, linked, in a file that a starting kernel maps
 * instead of reading jars: an AOT cache (JEP 483, 514). It fits one build of the JDK, these very jars and the layout of
 * objects in a heap of the usual kind, so it is made where they are. A kernel for which it is missing or does not fit
 * (a heap of more than 32 GB, ZGC) starts all the same, in more than twice the time.
 */
public final class ClassArchive {
    /** In the kernel's folder. */
    public static final String FILE = "nibble.aot";

    /** Beside it: what it was made from. */
    public static final String STAMP = "nibble.aot.txt";

    /** A property of a kernel that was started without an archive only because there is none yet. */
    public static final String ASKED = "nibble.archive";

    private static final long MAX_SECONDS = 300;

    /** How long a program that ends waits until what it had begun is cleaned away. */
    private static final long CLEANING_MILLIS = 1_000;

    /** Where {@link #STAMP} is locked: behind its text, which others read meanwhile, and Windows refuses what is locked. */
    private static final long LOCKED = 1L << 30;

    /** How the names of unfinished archives begin. */
    private static final String UNFINISHED = ".aot";

    private final Path folder;
    private final Path java;

    /**
     * @param folder the kernel's, with nibble.jar and lib/
     * @param java the JVM's launcher that runs it
     */
    public ClassArchive(Path folder, Path java) {
        this.folder = folder;
        this.java = java;
    }

    /** Whether there is one, made by this JDK from the jars as they are. */
    public boolean isCurrent() throws IOException {
        Path stamp = folder.resolve(STAMP);
        return Files.isRegularFile(stamp)
                && Files.isRegularFile(folder.resolve(FILE))
                && Files.readString(stamp).equals(stamp());
    }

    /**
     * Makes the archive of the kernel that is running, if it was started with one that is missing or does not fit: one
     * that came without an installer, or whose JDK was updated. Does nothing where this person may not write.
     *
     * @throws IOException if it can not be made
     */
    public static void refresh() throws IOException, InterruptedException {
        boolean asked = Boolean.getBoolean(ASKED)
                || ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .anyMatch(word -> word.startsWith(JvmFlags.ARCHIVE) && word.endsWith(FILE));
        if (asked) {
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            var archive = new ClassArchive(Distribution.running().jar().getParent(), java);
            if (Files.isWritable(archive.folder) && !archive.isCurrent()) {
                archive.make();
            }
        }
    }

    /**
     * Makes it if it is not {@linkplain #isCurrent() current}, by a kernel that {@linkplain Rehearsal rehearses}; takes
     * some seconds. Until it is whole, the old one stays. Where another process makes it just now, it is left to that.
     *
     * @throws IOException if it can not be made; the message says why
     * @throws InterruptedException also if this program is told to end, with which everything that was begun ends
     */
    public void make() throws IOException, InterruptedException {
        try (var channel =
                        FileChannel.open(folder.resolve(STAMP), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = channel.tryLock(LOCKED, 1, false)) {
            if (lock != null && !isCurrent()) {
                String stamp = stamp();
                channel.truncate(0);
                make(folder.resolve(FILE));
                channel.write(ByteBuffer.wrap(stamp.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }

    private void make(Path archive) throws IOException, InterruptedException {
        var started = new CompletableFuture<Process>();
        var cleaned = new CountDownLatch(1);
        var ending = new AtomicBoolean();
        var end = new Thread(() -> {
            ending.set(true);
            var _ = started.thenAccept(ClassArchive::end);
            try {
                boolean _ = cleaned.await(CLEANING_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Path work = Files.createTempDirectory("nibble-archive");
        try {
            Runtime.getRuntime().addShutdownHook(end);
            removeUnfinished(); // of processes that were killed
            Path fresh = Files.createTempFile(folder, UNFINISHED, null);
            rehearse(work, fresh, started);
            if (Files.size(fresh) == 0) {
                throw new IOException("the JVM wrote no archive");
            }
            KernelInstaller.makeReadable(fresh);
            Files.move(fresh, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            if (ending.get()) {
                throw new InterruptedException("the program was told to end");
            }
            throw failed;
        } finally {
            try {
                removeUnfinished();
                KernelInstaller.removeOthers(work, Set.of());
                Files.deleteIfExists(work);
            } finally {
                cleaned.countDown();
            }
        }
    }

    /** Removes what was to become an archive, and what the JVM puts beside it. */
    private void removeUnfinished() throws IOException {
        try (var files = Files.newDirectoryStream(folder, UNFINISHED + "*")) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Ends a process and the one that it started to put the archive together. */
    private static void end(Process process) {
        if (process.isAlive()) { // else its number may be another's by now
            List<ProcessHandle> others = process.descendants().toList();
            process.destroyForcibly(); // first: it must not go on as if they had failed
            others.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private void rehearse(Path work, Path archive, CompletableFuture<Process> started)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(java.toString());
        command.addAll(JvmFlags.archived());
        command.add("-XX:AOTCacheOutput=" + archive);
        // Without profiles: with them a kernel begins by optimizing much of javac, beside the cell that waits for it.
        command.addAll(List.of(
                "-XX:+IgnoreUnrecognizedVMOptions", "-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTRecordTraining"));
        // The JVM that puts the archive together has no Vector API, and refuses all if one class needs it.
        command.add("-Dnibble.kernels=scalar");
        command.addAll(List.of("-cp", folder.resolve("nibble.jar").toString()));
        command.addAll(List.of(Rehearsal.class.getName(), work.toString()));
        Path log = work.resolve("log.txt");
        var builder = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectInput(Redirect.from(new File(isWindows() ? "NUL" : "/dev/null")))
                .redirectOutput(log.toFile());
        builder.environment().put("NIBBLE_HISTORY", work.resolve("history").toString());
        builder.environment().remove("JPY_PARENT_PID");
        Process process = builder.start();
        started.complete(process);
        try {
            if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("it took more than " + MAX_SECONDS + " s");
            }
        } finally {
            end(process);
        }
        if (process.exitValue() != 0) {
            List<String> said = Files.readAllLines(log);
            throw new IOException(
                    "java ended with " + process.exitValue() + (said.isEmpty() ? "" : ": " + said.getLast()));
        }
    }

    private static boolean isWindows() {
        return File.separatorChar == '\\';
    }

    /** The JVM compares the same when it opens an archive: its own build, and every jar's size and time. */
    private String stamp() throws IOException {
        var lines = new ArrayList<String>();
        lines.add("java " + Runtime.version() + " in " + java);
        Distribution distribution = Distribution.of(folder.resolve("nibble.jar"));
        lines.add(line("nibble.jar"));
        for (String library : distribution.libraries()) {
            lines.add(line(library));
        }
        return String.join("\n", lines) + "\n";
    }

    private String line(String jar) throws IOException {
        Path file = folder.resolve(jar);
        return jar + " " + Files.size(file) + " "
                + Files.getLastModifiedTime(file).toMillis();
    }
}
