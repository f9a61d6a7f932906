package dev.nibble.kernel.magic;

import dev.nibble.kernel.cell.Cell;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Programs that cells start: they see the variables that {@code %env} set, and end with the cell. */
final class ShellCommands {
    private static final long POLL_MILLIS = 20;
    private static final long GRACE_MILLIS = 1000;
    /** Makes a program the first of a process group, where the system has such a thing. */
    private static final Optional<Path> SETSID = Stream.of("/usr/bin/setsid", "/bin/setsid")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();

    private static final Map<String, String> SET = new ConcurrentHashMap<>();

    private ShellCommands() {}

    /** The environment that they see. */
    static Map<String, String> environment() {
        Map<String, String> all = new TreeMap<>(System.getenv());
        all.putAll(SET);
        return all;
    }

    static void set(String name, String value) {
        SET.put(name, value);
    }

    /**
     * Runs a text by bash, or by sh where there is none; output goes to the cell as it comes, there is no input. A cell
     * that is interrupted ends the program and all that it started.
     *
     * @return its exit code
     */
    static int run(String script, Cell cell) throws IOException, InterruptedException {
        String shell = new File("/bin/bash").canExecute() ? "/bin/bash" : "/bin/sh";
        List<String> command = new ArrayList<>(List.of(shell, "-c", script));
        SETSID.ifPresent(setsid -> command.addFirst(setsid.toString()));
        var builder = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().putAll(SET);
        Process process = builder.start();
        Thread out = copy(process.getInputStream(), System.out::print);
        Thread err = copy(process.getErrorStream(), System.err::print);
        try {
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                if (cell.isCancelled()) {
                    throw new InterruptedException();
                }
            }
            out.join();
            err.join();
            return process.exitValue();
        } finally {
            end(process);
        }
    }

    private static void end(Process process) {
        if (!process.isAlive()) {
            return;
        }
        var all = process.descendants().toList();
        signal(process, "TERM");
        process.destroy(); // before what it waits for, or it goes on with its next command
        all.forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        all.forEach(ProcessHandle::destroyForcibly);
        signal(process, "KILL");
    }

    /**
     * Signals the program and all that it started, at one stroke: what is started while the others are being listed
     * would be missed.
     */
    private static void signal(Process process, String signal) {
        if (SETSID.isEmpty()) {
            return;
        }
        try {
            var kill = new ProcessBuilder(
                            "/bin/sh", "-c", "kill -s " + signal + " -- -" + process.pid() + " 2>/dev/null")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean _ = kill.waitFor(GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (IOException none) {
            // then those that were listed end, as where there are no process groups
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Decodes as it reads: a character may come in parts. */
    private static Thread copy(InputStream from, Consumer<String> to) {
        Thread thread = new Thread(() -> {
            try (Reader reader = new InputStreamReader(from, StandardCharsets.UTF_8)) {
                char[] some = new char[8192];
                int count;
                while ((count = reader.read(some)) > 0) {
                    to.accept(new String(some, 0, count));
                }
            } catch (IOException ended) {
                // the program was ended, and its output with it
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
