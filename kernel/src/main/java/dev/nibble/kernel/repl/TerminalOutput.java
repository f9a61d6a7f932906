package dev.nibble.kernel.repl;

import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.Output;
import dev.nibble.kernel.display.ProgressState;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

/**
 * What a cell shows, as text. Pictures are written as files beside their words. A display that is replaced again and again
 * is printed when the cell ends, as it was last.
 */
class TerminalOutput implements Output {
    private static final String RESET = "\u001b[0m";
    private static final String RED = "\u001b[31m";

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean colours;
    private final IntSupplier columns;
    private final Consumer<ProgressState> progress;
    private final Viewer viewer;
    private final Map<String, MimeBundle> updated = new LinkedHashMap<>();
    private Path folder;
    private int pictures;
    private boolean atLineStart = true;
    private String next = "";
    private boolean ended;

    /**
     * @param out what cells print and show
     * @param err errors, and what cells print as such
     * @param colours whether both understand ANSI
     * @param columns characters in a line, in which help is set
     * @param progress told about long work
     * @param viewer opens pictures
     */
    TerminalOutput(
            PrintWriter out,
            PrintWriter err,
            boolean colours,
            IntSupplier columns,
            Consumer<ProgressState> progress,
            Viewer viewer) {
        this.out = out;
        this.err = err;
        this.colours = colours;
        this.columns = columns;
        this.progress = progress;
        this.viewer = viewer;
    }

    @Override
    public synchronized void stream(String name, String text) {
        if (ended) {
            return;
        }
        boolean isError = name.equals("stderr");
        PrintWriter to = isError ? err : out;
        to.print(isError && colours ? RED + text + RESET : text);
        to.flush();
        atLineStart = text.endsWith("\n");
    }

    @Override
    public synchronized void display(MimeBundle bundle, String displayId) {
        line(text(bundle));
    }

    @Override
    public synchronized void page(MimeBundle bundle) {
        line(wrapped(text(bundle), columns.getAsInt()));
    }

    /** Lines broken between words, under their own beginnings; a word that is longer than a line stays whole. */
    static String wrapped(String text, int width) {
        var out = new StringBuilder(text.length() + 64);
        for (String line : text.split("\n", -1)) {
            String body = line.stripLeading();
            String indent = line.substring(0, line.length() - body.length());
            int used = indent.length();
            out.append(indent);
            boolean first = true;
            for (String word : body.split(" ", -1)) {
                int length = plain(word).length();
                if (!first && used + 1 + length > width) {
                    out.append('\n').append(indent);
                    used = indent.length();
                    first = true;
                }
                out.append(first ? "" : " ").append(word);
                used += (first ? 0 : 1) + length;
                first = first && word.isEmpty();
            }
            out.append('\n');
        }
        return out.substring(0, out.length() - 1);
    }

    @Override
    public synchronized void update(MimeBundle bundle, String displayId) {
        updated.put(displayId, bundle);
    }

    @Override
    public synchronized void result(int executionCount, MimeBundle bundle) {
        finish();
        line(text(bundle));
    }

    @Override
    public void clear(boolean wait) {
        // What is printed stays: a terminal has no place for one cell.
    }

    @Override
    public synchronized void error(String name, String value, List<String> traceback) {
        if (ended) {
            return;
        }
        finish();
        freshLine();
        String text = String.join("\n", traceback);
        err.println(colours ? sentencesWrapped(text) : plain(text));
        err.flush();
    }

    /** An error for a person: sentences begin a line, code and what points at it do not, and stay as they are. */
    private String sentencesWrapped(String error) {
        return error.lines()
                .map(line -> plain(line).matches("[\\p{L}_].*") ? wrapped(line, columns.getAsInt()) : line)
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void progress(ProgressState state) {
        progress.accept(state);
    }

    /** Prints nothing any more. */
    synchronized void end() {
        ended = true;
    }

    /** Prints what was replaced while the cell ran. */
    synchronized void finish() {
        updated.values().forEach(bundle -> line(text(bundle)));
        updated.clear();
    }

    private void freshLine() {
        if (!atLineStart) {
            out.println();
            out.flush();
            atLineStart = true;
        }
    }

    @Override
    public synchronized void nextInput(String code, boolean replace) {
        next = code;
    }

    /** What a cell offered to type next, once; empty for nothing. */
    synchronized String takeNext() {
        String offered = next;
        next = "";
        return offered;
    }

    private void line(String text) {
        if (text.isEmpty() || ended) {
            return;
        }
        freshLine();
        out.println(colours ? text : plain(text));
        out.flush();
    }

    static String plain(String text) {
        return text.replaceAll("\u001b\\[[0-9;]*m", "");
    }

    private String text(MimeBundle bundle) {
        String text =
                String.valueOf(bundle.data().getOrDefault("text/plain", "")).stripTrailing();
        Object png = bundle.data().get("image/png");
        Object svg = bundle.data().get("image/svg+xml");
        try {
            if (png instanceof String base64) {
                return joined(text, picture("png", Base64.getMimeDecoder().decode(base64)));
            }
            return svg instanceof String xml
                    ? joined(text, picture("svg", xml.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                    : text;
        } catch (IOException | IllegalArgumentException e) {
            return joined(text, "(the picture could not be written: " + e.getMessage() + ")");
        }
    }

    private static String joined(String text, String more) {
        return text.isEmpty() ? more : text + "\n" + more;
    }

    private String picture(String kind, byte[] content) throws IOException {
        if (folder == null) {
            folder = Files.createTempDirectory("nibble-figures");
        }
        Path file = folder.resolve("figure-" + ++pictures + "." + kind);
        Files.write(file, content);
        viewer.open(file);
        return file.toUri().toString();
    }
}
