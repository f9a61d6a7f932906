package dev.nibble.cli;

import dev.nibble.kernel.JvmFlags;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Starts this program again, for the commands that compute: with the JVM flags that they need, which a jar can not
 * carry, and in the folder where relative paths shall start, which a running JVM can not change to. The second JVM has
 * this one's terminal, and its end is this one's end.
 */
final class Relaunch {
    /** Set in the second JVM. */
    private static final String MARK = "nibble.relaunched";

    /** Tells the second JVM, whose standard error passes through this one, whether that is a terminal. */
    static final String ERROR_IS_TERMINAL = "nibble.error.terminal";

    /** What every JVM with the Vector API says at its start; a person can do nothing about it. */
    private static final String INCUBATOR = "WARNING: Using incubator modules: jdk.incubator.vector";

    private Relaunch() {}

    static boolean isSecond() {
        return System.getProperty(MARK) != null;
    }

    /**
     * @param arguments of the program
     * @param folder where it starts
     * @param streams whether the work is a stream of small pieces
     * @return its exit code
     */
    static int run(List<String> arguments, Path folder, boolean streams) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmFlags.all());
        String options = System.getenv("NIBBLE_JAVA_OPTS");
        if (streams) {
            command.addAll(JvmFlags.streaming(options));
        }
        if (options != null && !options.isBlank()) {
            command.addAll(List.of(options.strip().split("\\s+", -1)));
        }
        ownProperties().forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.add("-cp");
        command.add(absoluteClassPath());
        command.add(Main.class.getName());
        command.addAll(arguments);

        Process process = new ProcessBuilder(command)
                .inheritIO()
                .redirectError(ProcessBuilder.Redirect.PIPE)
                .directory(folder.toFile())
                .start();
        Thread errors = Thread.ofPlatform().name("errors").daemon().start(() -> passErrors(process));
        // A Ctrl-C in a terminal reaches both; a signal sent to this one alone is passed on.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("pass on").unstarted(() -> end(process, errors)));
        while (true) {
            try {
                int status = process.waitFor();
                errors.join();
                return status;
            } catch (InterruptedException stop) {
                process.destroy();
            }
        }
    }

    private static void passErrors(Process process) {
        try (Reader reader =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), Charset.defaultCharset()))) {
            // Characters are passed on as they come, because a progress line has no end; only the first line waits.
            var first = new StringBuilder();
            int character = reader.read();
            while (character >= 0 && INCUBATOR.startsWith(first.toString() + (char) character)) {
                first.append((char) character);
                character = reader.read();
            }
            if (first.toString().equals(INCUBATOR)) {
                while (character == '\r' || character == '\n') {
                    character = reader.read();
                }
            } else {
                System.err.print(first);
            }
            if (character >= 0) {
                System.err.print((char) character);
            }
            var buffer = new char[8192];
            for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
                System.err.print(new String(buffer, 0, read));
                System.err.flush();
            }
        } catch (IOException closed) {
            // the second JVM was killed
        }
    }

    private static void end(Process process, Thread errors) {
        if (process.isAlive()) {
            process.toHandle().destroy(); // Process.destroy would close the stream with its last words
            process.onExit()
                    .orTimeout(8, TimeUnit.SECONDS)
                    .exceptionally(late -> process)
                    .join();
        }
        try {
            errors.join(1000); // its last words
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    /** Properties that change what we do, whoever set them, and where the paths that a person typed start. */
    private static Map<String, String> ownProperties() {
        var own = new TreeMap<String, String>();
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith("nibble.") || name.equals("user.language") || name.equals("user.country")) {
                own.put(name, System.getProperty(name));
            }
        }
        own.put(MARK, "true");
        own.put(ERROR_IS_TERMINAL, Boolean.toString(Terminal.errorIsTerminal()));
        own.put("nibble.cwd", Terminal.folder().toString());
        return own;
    }

    private static String absoluteClassPath() {
        var separator = System.getProperty("path.separator");
        var paths = new ArrayList<String>();
        for (String path : System.getProperty("java.class.path").split(separator, -1)) {
            paths.add(Path.of(path).toAbsolutePath().toString());
        }
        return String.join(separator, paths);
    }
}
