package dev.nibble.cli;

import dev.nibble.core.Progress;
import dev.nibble.kernel.protocol.CellRunner;
import dev.nibble.kernel.repl.Repl;
import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jline.utils.Signals;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Java in a terminal. */
@Command(
        name = "repl",
        description = {
            "Java line by line in the terminal, with everything imported that notebooks have.",
            "",
            "  nibble repl",
            "  nibble repl script.jsh",
            "  echo 'Formats.all().size()' | nibble repl",
            "",
            "With a script, or with text from a pipe, all of it is run, and the value of its last expression is printed;"
                    + " exit code 1 if it fails, or what it gives to System.exit. A line /exit ends it. A script reads"
                    + " the lines of standard input from System.in."
        })
final class ReplCommand extends LaboratoryCommand {
    private static final Pattern COMMAND = Pattern.compile("(?m)^/([a-z]+)\\b[^\\n]*$");
    private static final long LONGEST_SCRIPT = 1 << 24;

    @Mixin
    HelpOption help;

    @Parameters(arity = "0..1", paramLabel = "SCRIPT", description = "A file with Java as cells hold it; - for a pipe.")
    private String script;

    @Override
    Path prepare() throws IOException {
        if (script != null && !script.equals("-")) {
            Path file = Terminal.path(script);
            if (Files.isDirectory(file)) {
                throw new WorkFailed(script + " is a folder; name a file with Java as cells hold it");
            }
            if (Files.size(file) > LONGEST_SCRIPT) {
                throw new WorkFailed(script + " is larger than any script");
            }
        }
        if (isInteractive() && !Relaunch.isSecond()) {
            // Ctrl-C reaches both JVMs; it stops a cell of the second one, and must not end this one.
            Signals.register("INT", () -> {});
        }
        return Terminal.folder();
    }

    private boolean isInteractive() {
        return script == null && Terminal.inputIsTerminal();
    }

    @Override
    int work() throws IOException {
        Progress progress = Progress.current();
        InputStream standard = System.in; // cells take it over
        try (var repl = new Repl(new CellBars(progress), Terminal.columns())) {
            if (isInteractive()) {
                repl.interactive();
                return 0;
            }
            boolean piped = script == null || script.equals("-");
            String code = piped
                    ? new String(System.in.readNBytes((int) LONGEST_SCRIPT), StandardCharsets.UTF_8)
                    : Files.readString(Terminal.path(script));
            var out = writer(FileDescriptor.out);
            var err = writer(FileDescriptor.err);
            CellRunner.Input input = piped ? null : lines(standard, out);
            try (var _ = new Stopper(repl::interrupt, progress)) {
                int status = repl.script(untilExit(code), input, out, err, Terminal.outputHasColours());
                progress.cancelToken().check("run " + (piped ? "what came through the pipe" : script));
                return status;
            }
        }
    }

    /** Cells take over the standard streams of the process. */
    private static PrintWriter writer(FileDescriptor stream) {
        return new PrintWriter(new FileOutputStream(stream), true, StandardCharsets.UTF_8);
    }

    /** What a script reads; waits on a thread of its own, which a stop of the cell need not wait for. */
    static CellRunner.Input lines(InputStream standard, PrintWriter out) {
        var lines = new BufferedReader(new InputStreamReader(standard, StandardCharsets.UTF_8));
        return (prompt, password) -> {
            out.print(prompt);
            out.flush();
            Console console = password ? System.console() : null;
            var line = new CompletableFuture<String>();
            Thread.ofPlatform().name("input").daemon().start(() -> {
                try {
                    char[] hidden = console == null ? null : console.readPassword();
                    line.complete(console == null ? lines.readLine() : hidden == null ? null : new String(hidden));
                } catch (IOException | RuntimeException | Error e) {
                    line.completeExceptionally(e);
                }
            });
            try {
                return line.get();
            } catch (ExecutionException e) {
                throw new UncheckedIOException(new IOException("standard input can not be read", e.getCause()));
            }
        };
    }

    /** The script up to its {@code /exit}; what else jshell's own commands do is not there. */
    private static String untilExit(String code) {
        Matcher command = COMMAND.matcher(code);
        if (!command.find()) {
            return code;
        }
        if (command.group(1).equals("exit")) {
            return code.substring(0, command.start());
        }
        long line = code.substring(0, command.start()).lines().count() + 1;
        throw new IllegalArgumentException("line " + line + ": /" + command.group(1)
                + " is a command of jshell; here only /exit is known, and magics such as %time");
    }
}
