package dev.nibble.kernel.repl;

import dev.nibble.core.CancelToken;
import dev.nibble.kernel.display.ProgressState;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.history.History;
import dev.nibble.kernel.history.HistoryFile;
import dev.nibble.kernel.protocol.CellRunner;
import dev.nibble.kernel.protocol.CellRunner.CellRequest;
import dev.nibble.kernel.protocol.CellRunner.CellResult;
import dev.nibble.kernel.protocol.Cells;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.MaskingCallback;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Signals;

/**
 * Cells in a terminal: the session of a notebook, with lines instead of a page. {@link #interactive} talks with a person;
 * {@link #script} runs a text.
 */
public final class Repl implements AutoCloseable {
    /** Cells of before, in notebooks too, that the arrow keys and Ctrl-R find. */
    private static final int REMEMBERED = 1000;

    private final Cells cells;
    private final Consumer<ProgressState> progress;

    /** Characters in a line; a terminal's may change at any time. */
    private volatile IntSupplier columns;

    /**
     * @param progress told about long work of cells
     * @param columns characters in a line of what is printed
     */
    public Repl(Consumer<ProgressState> progress, int columns) {
        this.progress = progress;
        this.columns = () -> columns;
        this.cells = Cells.create(this::options);
    }

    private RenderOptions options() {
        return RenderOptions.DEFAULT.withPng(true).inTerminal(columns.getAsInt());
    }

    /** Stops the running cell, from another thread. */
    public void interrupt() {
        cells.interrupt();
    }

    /**
     * Runs a text as one cell, and shows its last value; a text that is no cell, because it has expressions without
     * semicolons between its lines, as it would be typed. Stops at the first error, and at {@code System.exit}.
     *
     * @param input what the text reads from {@code System.in}; null if there is nothing to read
     * @return the exit code: 0 if all of it ran, 1 after an error, or what it gave to {@code System.exit}
     */
    public int script(String code, CellRunner.Input input, PrintWriter out, PrintWriter err, boolean colours) {
        var output = new ScriptOutput(out, err, colours);
        List<String> parts = cells.magics().asTyped(code, cells::check, new CancelToken());
        boolean ok = true;
        for (int i = 0; i < parts.size() && ok && output.exit.isEmpty(); i++) {
            ok = cells.run(new CellRequest(parts.get(i), false, true, input), output)
                    .ok();
            output.finish();
        }
        return output.exit.orElse(ok ? 0 : 1);
    }

    /** Of a script, which can end itself. */
    private final class ScriptOutput extends TerminalOutput {
        private volatile OptionalInt exit = OptionalInt.empty();

        ScriptOutput(PrintWriter out, PrintWriter err, boolean colours) {
            super(out, err, colours, columns, progress, Viewer.none());
        }

        @Override
        public synchronized void exit(int status) {
            if (exit.isEmpty()) {
                exit = OptionalInt.of(status);
                end();
                cells.interrupt();
            }
        }
    }

    /** Reads, runs and shows until the person leaves. */
    public void interactive() throws IOException {
        // A dumb terminal, such as an editor's, leaves Ctrl-C to the JVM, which would end; others take it over.
        Object before = Signals.register("INT", cells::interrupt);
        try (Terminal terminal = TerminalBuilder.builder().system(true).build();
                var history = new History(HistoryFile.path())) {
            interactive(terminal, history);
        } finally {
            Signals.unregister("INT", before);
        }
    }

    /** The same in some terminal. */
    void interactive(Terminal terminal, History history) {
        // A terminal that does not know its width says 0.
        int usual = columns.getAsInt();
        columns = () -> terminal.getSize().getColumns() > 0 ? terminal.getSize().getColumns() : usual;
        terminal.handle(Terminal.Signal.INT, signal -> cells.interrupt());
        var lines = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("nibble")
                .parser(new JavaLines(cells::check))
                .highlighter(new JavaColours())
                .completer(new JavaCompleter(cells))
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "%P   ... ")
                .variable(LineReader.INDENTATION, JavaLines.INDENT)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.AUTO_LIST, true)
                .build();
        bindArrows(lines);
        history.tail(REMEMBERED).forEach(entry -> lines.getHistory().add(entry.code()));
        var plain = new DefaultParser();
        plain.setQuoteChars(new char[0]);
        plain.setEscapeChars(new char[0]);
        LineReader questions =
                LineReaderBuilder.builder().terminal(terminal).parser(plain).build();
        questions.variable(LineReader.DISABLE_HISTORY, true);
        var output = new TerminalOutput(
                terminal.writer(), terminal.writer(), true, columns, progress, Viewer.ofThisDesktop());
        terminal.writer()
                .printf(
                        "Nibble on Java %d. Tab completes, %%help lists what is there, Ctrl-C stops a cell, Ctrl-D"
                                + " leaves.%n",
                        Runtime.version().feature());
        terminal.writer().flush();
        while (true) {
            String code;
            try {
                code = lines.readLine(prompt(), null, (MaskingCallback) null, output.takeNext());
            } catch (UserInterruptException stop) {
                continue; // the line is dropped, as a shell does
            } catch (EndOfFileException end) {
                return;
            }
            if (code.strip().equals("/exit") || code.strip().equals("exit")) {
                return;
            }
            if (!code.isBlank()) {
                CellResult _ = cells.run(
                        new CellRequest(code, false, true, (asked, password) -> answer(questions, asked, password)),
                        output);
                output.finish();
                history.add(cells.count(), code, null);
            }
        }
    }

    /** Arrows, Home and End in both spellings: some terminals keep to one, whatever mode they are asked for. */
    private static void bindArrows(LineReader lines) {
        Map<String, String> widgets = Map.of(
                "A", LineReader.UP_LINE_OR_SEARCH,
                "B", LineReader.DOWN_LINE_OR_SEARCH,
                "C", LineReader.FORWARD_CHAR,
                "D", LineReader.BACKWARD_CHAR,
                "H", LineReader.BEGINNING_OF_LINE,
                "F", LineReader.END_OF_LINE);
        var keys = lines.getKeyMaps().get(LineReader.MAIN);
        widgets.forEach((letter, widget) -> keys.bind(new Reference(widget), "\u001b[" + letter, "\u001bO" + letter));
    }

    /** What a cell reads from System.in is typed in the same terminal. */
    private static String answer(LineReader lines, String prompt, boolean password) {
        try {
            return lines.readLine(prompt, password ? '*' : null);
        } catch (EndOfFileException | UserInterruptException none) {
            return null;
        }
    }

    private String prompt() {
        return new AttributedStringBuilder()
                .styled(AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN), "In [" + (cells.count() + 1) + "]: ")
                .toAnsi();
    }

    @Override
    public void close() {
        cells.close();
    }
}
