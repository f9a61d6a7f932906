package dev.nibble.kernel.cell;

import dev.nibble.core.Progress;
import dev.nibble.kernel.display.MimeBundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** The functions that every cell can call by their bare names. */
public final class Notebook {
    private Notebook() {}

    static Cell cell() {
        Cell cell = Cell.current();
        if (cell == null) {
            throw new IllegalStateException("this works in a notebook's cell only, and in threads that a cell started");
        }
        return cell;
    }

    /** Shows a value now, as a cell's last value is shown; {@code display(x).update(y)} replaces it. */
    public static Display display(Object value) {
        if (value instanceof Display shown) {
            return shown;
        }
        Cell cell = cell();
        return show(Display.render(value, cell), cell);
    }

    /** The same under a display id of one's own: displays with one id are all replaced together. */
    public static Display display(Object value, String id) {
        Cell cell = cell();
        return show(Display.render(value, cell), id, cell);
    }

    /** Shows HTML. */
    public static Display html(String html) {
        return show("text/html", html, html);
    }

    /** Shows Markdown; formulas stand between dollar signs. */
    public static Display markdown(String markdown) {
        return show("text/markdown", markdown, markdown);
    }

    /** Shows a LaTeX formula, without its dollar signs. */
    public static Display latex(String formula) {
        boolean delimited = formula.strip().startsWith("$") || formula.strip().startsWith("\\begin");
        return show("text/latex", delimited ? formula : "$$" + formula + "$$", formula);
    }

    /**
     * Shows whether the answer to an exercise is right, and if not, a hint. Numbers may be off by a thousandth.
     *
     * @param answer the learner's; null for none yet
     */
    public static Display check(Object answer, Object expected, String hint) {
        Exercise exercise = Exercise.check(answer, expected, hint);
        return show("text/html", exercise.html(), exercise.message());
    }

    /** The same without a hint. */
    public static Display check(Object answer, Object expected) {
        return check(answer, expected, "");
    }

    /** Shows a PNG, JPEG, GIF, WebP or SVG file. */
    public static Display image(Path file) {
        String name = file.getFileName().toString();
        try {
            if (name.toLowerCase(Locale.ROOT).endsWith(".svg")) {
                return show("image/svg+xml", Files.readString(file), name);
            }
            return image(Files.readAllBytes(file), name);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read as an image: " + e.getMessage(), e);
        }
    }

    /** Shows a PNG, JPEG, GIF, WebP or SVG file; the path is relative to the notebook's folder. */
    public static Display image(String file) {
        return image(Path.of(file));
    }

    /** Shows an image: the content of a PNG, JPEG, GIF or WebP file. */
    public static Display image(byte[] content) {
        return image(content, "image");
    }

    /** Shows an image, as any value. */
    public static Display image(java.awt.image.RenderedImage image) {
        return display(image);
    }

    private static Display image(byte[] content, String name) {
        String type = imageType(content);
        if (type == null) {
            throw new IllegalArgumentException(name + ": not a PNG, JPEG, GIF or WebP image");
        }
        String text = name + " (" + type + ", " + content.length + " bytes)";
        return show(type, Base64.getEncoder().encodeToString(content), text);
    }

    private static String imageType(byte[] content) {
        if (startsWith(content, 0, 0x89, 'P', 'N', 'G')) {
            return "image/png";
        }
        if (startsWith(content, 0, 0xff, 0xd8, 0xff)) {
            return "image/jpeg";
        }
        if (startsWith(content, 0, 'G', 'I', 'F', '8')) {
            return "image/gif";
        }
        return startsWith(content, 0, 'R', 'I', 'F', 'F') && startsWith(content, 8, 'W', 'E', 'B', 'P')
                ? "image/webp"
                : null;
    }

    private static boolean startsWith(byte[] content, int offset, int... bytes) {
        if (content.length < offset + bytes.length) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if ((content[offset + i] & 0xff) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    /** Removes what the cell has shown so far. */
    public static void clearOutput() {
        clearOutput(false);
    }

    /**
     * Removes what the cell has shown so far.
     *
     * @param wait keep it until something new comes, which avoids flicker
     */
    public static void clearOutput(boolean wait) {
        cell().clear(wait);
    }

    /** Puts code into a new cell below this one, for the person to run or to change. */
    public static void nextInput(String code) {
        cell().nextInput(code, false);
    }

    /** Asks for a line of text; null if there is no more input. */
    public static String input(String prompt) {
        return ask(prompt, false);
    }

    /** Asks for a line of text that is not shown while it is typed. */
    public static String password(String prompt) {
        return ask(prompt, true);
    }

    private static String ask(String prompt, boolean password) {
        try {
            return cell().input().ask(prompt, password);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** The progress of this cell: bars for own long work, and the stop request. */
    public static Progress progress() {
        return cell().progress();
    }

    /** The seed of this session, which {@code %seed} sets: {@code Generators.gaussian(64, 64, seed())}. */
    public static long seed() {
        return SessionRandom.seed();
    }

    /**
     * The random numbers of this session, one sequence that {@code %seed} begins: {@code random().nextGaussian()},
     * {@code Collections.shuffle(list, random())}. The algorithm is L64X128MixRandom; use it from one thread at a time.
     */
    public static RandomGenerator random() {
        return SessionRandom.random();
    }

    private static Display show(String type, String content, String plain) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(type, content);
        data.put("text/plain", plain);
        return show(MimeBundle.of(data), cell());
    }

    private static Display show(MimeBundle bundle, Cell cell) {
        return show(bundle, UUID.randomUUID().toString(), cell);
    }

    private static Display show(MimeBundle bundle, String id, Cell cell) {
        cell.display(bundle, id);
        return new Display(id, bundle);
    }
}
