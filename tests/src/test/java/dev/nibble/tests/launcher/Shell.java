package dev.nibble.tests.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Runs a program in an environment that holds nothing but what a test puts in. */
public final class Shell {
    private final Path folder;
    private final Map<String, String> environment = new TreeMap<>();

    /** @param folder where programs start */
    public Shell(Path folder) {
        this.folder = folder;
        environment.put("PATH", System.getenv("PATH"));
        environment.put("HOME", System.getProperty("user.home"));
    }

    public Shell with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public Result run(String... command) {
        return start(List.of(command)).finish();
    }

    public Running start(List<String> command) {
        try {
            Path out = Files.createTempFile("out", ".txt");
            Path err = Files.createTempFile("err", ".txt");
            var builder = new ProcessBuilder(new ArrayList<>(command))
                    .directory(folder.toFile())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            return new Running(builder.start(), out, err, System.nanoTime());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A program that is under way. */
    public record Running(Process process, Path out, Path err, long started) {
        public Result finish() {
            try {
                if (!process.waitFor(5, TimeUnit.MINUTES)) {
                    process.destroyForcibly();
                    throw new AssertionError("still running after 5 minutes: " + process.info());
                }
                double seconds = (System.nanoTime() - started) / 1e9;
                var result = new Result(
                        process.exitValue(),
                        Files.readString(out, StandardCharsets.UTF_8),
                        Files.readString(err, StandardCharsets.UTF_8),
                        seconds);
                Files.delete(out);
                Files.delete(err);
                return result;
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
    }

    /** How a program ended and what it said. */
    public record Result(int status, String out, String err, double seconds) {}
}
