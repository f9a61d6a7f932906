package dev.nibble.kernel.repl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.kernel.history.History;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Size;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The terminal session, in a terminal that a test types into. */
class ReplTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static Repl scripts;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void open() {
        scripts = new Repl(state -> {}, 80);
    }

    @AfterAll
    static void close() {
        scripts.close();
    }

    private int script(String code) {
        return scripts.script(code, null, new PrintWriter(out), new PrintWriter(err), false);
    }

    @Test
    void aScriptPrintsAndShowsItsLastValue() {
        assertThat(script("int a = 20;\nSystem.out.println(\"a is \" + a);\na + 1"))
                .isZero();
        assertThat(out).hasToString("a is 20\n21\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void expressionsOnLinesOfTheirOwnAreTakenAsTyped() {
        assertThat(script("int a = 20\na + 1\nint twice(int v) {\n    return 2 * v;\n}\ntwice(4)\n"))
                .as(err.toString())
                .isZero();
        assertThat(out).hasToString("21\n8\n");
    }

    @Test
    void aScriptThatFailsSaysWhereWithoutColours() {
        assertThat(script("int a = 1;\nint b = \"x\";\nSystem.out.println(a);")).isEqualTo(1);
        assertThat(err.toString()).contains("CompileError", "line 2").doesNotContain("\u001b");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aScriptReadsWhatItIsGiven() {
        var lines = new ArrayDeque<>(List.of("one", "two", "three"));
        String code = "new Scanner(System.in).nextLine() + input(\"? \")\nnew Scanner(System.in).nextLine()\n"
                + "new Scanner(System.in).hasNextLine()";
        assertThat(scripts.script(
                        code,
                        (prompt, password) -> lines.isEmpty() ? null : prompt + lines.poll(),
                        new PrintWriter(out),
                        new PrintWriter(err),
                        false))
                .as(err.toString())
                .isZero();
        assertThat(out).hasToString("one? two\nthree\nfalse\n");
    }

    @Test
    void aScriptEndsWithTheCodeThatItGives() {
        assertThat(script("System.out.println(\"before\");\nRunnable leave = () -> System.exit(4);\nleave.run();\n"
                        + "System.out.println(\"after\");"))
                .isEqualTo(4);
        assertThat(out).hasToString("before\n");
        assertThat(err.toString()).isEmpty();
        // As typed; caught; from another thread while the cell waits; with 0 after an error that was caught.
        assertThat(script("1 + 1\nSystem.exit(5)\n2 + 2\n")).isEqualTo(5);
        assertThat(script("while (true) { try { System.exit(6); } catch (Throwable t) { } }"))
                .isEqualTo(6);
        assertThat(script("new Thread(() -> System.exit(7)).start();\nThread.sleep(60_000);"))
                .isEqualTo(7);
        assertThat(script("System.exit(0);\nthrow new IllegalStateException();"))
                .isZero();
        assertThat(out).hasToString("before\n2\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void documentationIsBrokenBetweenWordsUnderItsBeginning() {
        assertThat(TerminalOutput.wrapped("  one two three four\n\nabcdefghijkl m", 10))
                .isEqualTo("  one two\n  three\n  four\n\nabcdefghijkl\nm");
        assertThat(TerminalOutput.wrapped("\u001b[31mred\u001b[0m words", 10))
                .isEqualTo("\u001b[31mred\u001b[0m words");
        assertThat(script("String.format?")).as(err.toString()).isZero();
        assertThat(out.toString()
                        .lines()
                        .filter(line -> line.length() > 80 && line.strip().contains(" ")))
                .isEmpty();
        assertThat(out.toString()).contains("format string");
    }

    @Test
    void aFigureIsAFileAndAReplacedDisplayItsLastState() throws IOException {
        assertThat(script("var shown = display(\"one\", \"id\");\nshown.update(\"two\");\nshown.update(\"three\");\n"
                        + "Charts.clipping(Generators.gaussian(16, 16, 1), 4)"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("one\nthree\n", "Chart: ").doesNotContain("two");
        String last = out.toString().lines().reduce((a, b) -> b).orElseThrow();
        assertThat(last).startsWith("file:").endsWith(".png");
        Path picture = Path.of(java.net.URI.create(last));
        assertThat(Files.readAllBytes(picture)).startsWith(0x89, 'P', 'N', 'G');
        Files.delete(picture);
        Files.delete(picture.getParent());
    }

    @Test
    void aPersonTypesCompletesStopsAndLeaves(@TempDir Path folder) throws Exception {
        var history = new History(folder.resolve("history.sqlite"));
        history.add(1, "6 * 111", null);
        var keys = new PipedOutputStream();
        var screen = new ByteArrayOutputStream();
        try (var repl = new Repl(state -> {}, 80);
                var in = new PipedInputStream(keys, 1 << 16);
                var terminal = new ExternalTerminal("test", "xterm", in, screen, StandardCharsets.UTF_8)) {
            terminal.setSize(Size.of(100, 30));
            Thread session = Thread.ofPlatform().start(() -> repl.interactive(terminal, history));
            await(screen, "In [1]");
            type(keys, "\u0010\r"); // Ctrl-P, as the arrow up
            await(screen, "\n666");
            type(keys, "int twice(int v) {\r");
            await(screen, "...");
            type(keys, "return v * 2;\r}\r");
            await(screen, "In [3]");
            type(keys, "twice(21)\r");
            await(screen, "\n42");
            type(keys, "\"abc\".subst\t0, 2)\r");
            await(screen, "\nab");
            type(keys, "%lsm\t\r");
            await(screen, "For the shell");
            type(keys, "while (true) { }\r");
            Thread.sleep(500);
            type(keys, "\u0003");
            await(screen, "KeyboardInterrupt");
            type(keys, "twice(4)\r");
            await(screen, "\n8");
            // The arrow up, as terminals write it: in application mode or not.
            type(keys, "\u001b[A\r");
            await(screen, "\n8");
            type(keys, "\u001bOA\r");
            await(screen, "\n8");
            type(keys, "System.exit(3)\r");
            await(screen, "Ctrl-D.\n    at Cell");
            type(keys, "String name = input(\"who? \")\r");
            await(screen, "who? ");
            type(keys, "Ann (\rname.length()\r");
            await(screen, "\n5");
            type(keys, "\u0004");
            session.join(TimeUnit.NANOSECONDS.toMillis(PATIENCE_NANOS));
            assertThat(session.isAlive()).isFalse();
            assertThat(history.tail(100))
                    .extracting(History.Entry::code)
                    .contains("6 * 111", "twice(4)", "name.length()");
            history.close();
        }
    }

    private static void type(PipedOutputStream keys, String text) throws IOException {
        keys.write(text.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    /** Waits until a text is on the screen, and forgets what came before. */
    private static void await(ByteArrayOutputStream screen, String text) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        String seen = "";
        while (System.nanoTime() < end) {
            seen = TerminalOutput.plain(screen.toString(StandardCharsets.UTF_8)
                            .replaceAll("\u001b(?:\\[[?0-9;]*[A-Za-z]|[=>])", ""))
                    .replace("\r", "");
            if (seen.contains(text)) {
                screen.reset();
                return;
            }
            Thread.sleep(20);
        }
        assertThat(seen).contains(text);
    }
}
