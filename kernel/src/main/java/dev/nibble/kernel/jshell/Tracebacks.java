package dev.nibble.kernel.jshell;

import dev.nibble.kernel.jshell.Places.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.UnresolvedReferenceException;

/** Errors as people read them: what, in which cell and line, the line itself, and no frame of ours. */
final class Tracebacks {
    // Colours that every theme can show: no black and no white; cyan and yellow vanish on a light ground.
    private static final String RED = "\u001b[31m";
    private static final String BOLD = "\u001b[1m";
    private static final String PLAIN = "\u001b[0m";

    private static final int MAX_FRAMES = 24;
    private static final int MAX_SHOWN_LINES = 4;
    private static final int MAX_LIVE_CAUSES = 5;
    /** Frames of the JDK in a row that are shown before the rest of the row is only counted. */
    private static final int MAX_JDK_ROW = 3;

    private static final Pattern OF_THE_JDK = Pattern.compile("(java|javax|jdk|sun|com\\.sun)\\.");

    private final Places places;
    /** In JShell's words for what a declaration waits for. */
    private static final Pattern UNKNOWN_CLASS = Pattern.compile("class ([\\w$]+)");

    private final Hints hints;

    /** @param hints what to say besides */
    Tracebacks(Places places, Hints hints) {
        this.places = places;
        this.hints = hints;
    }

    /**
     * A cell that was interrupted, and whose thread went on.
     *
     * @param stack what the thread does, the innermost call first
     */
    Problem abandoned(String thread, StackTraceElement[] stack) {
        if (stack.length == 0) {
            return interrupted();
        }
        // Of a cell's own code JShell's names for it say nothing.
        String doing = Arrays.stream(stack)
                .takeWhile(frame -> place(frame) == null)
                .filter(frame -> !isInternal(frame))
                .findFirst()
                .map(frame -> frame.getClassName() + "." + frame.getMethodName())
                .orElse("code of the cell");
        String from = "";
        for (StackTraceElement frame : stack) {
            Place place = place(frame);
            if (place != null) {
                int line = place.line() + Math.max(frame.getLineNumber(), 1) - 1;
                from = ", called from " + place.source().name() + ", line " + line;
                break;
            }
        }
        String value = "the cell was interrupted, but its thread " + thread + " goes on in " + doing;
        return new Problem(
                "KeyboardInterrupt",
                value,
                List.of(
                        RED + "KeyboardInterrupt" + PLAIN
                                + ": the cell was interrupted, but a call in it does not stop",
                        "  The thread " + BOLD + thread + PLAIN + " was abandoned: it goes on in " + doing + from + ".",
                        "  What it would still show is thrown away, and it ends as soon as that call returns.",
                        "  Until then it uses the processor and memory; restarting the kernel ends it at once."));
    }

    Problem interrupted() {
        return new Problem(
                "KeyboardInterrupt",
                "the cell was interrupted",
                List.of(RED + "KeyboardInterrupt" + PLAIN + ": the cell was interrupted"));
    }

    // ---- what the compiler refused

    Problem rejected(List<Diag> diagnostics, CellSource source, int offset, Completeness completeness) {
        List<Diag> errors = diagnostics.stream().filter(Diag::isError).toList();
        if (errors.isEmpty()) {
            errors = diagnostics;
        }
        var lines = new ArrayList<String>();
        for (Diag error : errors) {
            lines.add(RED + Problem.NOT_COMPILED + PLAIN + ": " + message(error));
            int from = offset + (int) error.getStartPosition();
            int to = offset + (int) error.getEndPosition();
            lines.addAll(span(source, from, to));
            hints.of(error, source, from, to).stream()
                    .map(hint -> "  " + hint)
                    .filter(hint -> !lines.contains(hint))
                    .forEach(lines::add);
        }
        String value = errors.isEmpty() ? "the code cannot be compiled" : message(errors.getFirst());
        if (completeness == Completeness.DEFINITELY_INCOMPLETE || completeness == Completeness.CONSIDERED_INCOMPLETE) {
            value = "the code ends too early: " + value;
            lines.add("The code ends before this is complete: a bracket, brace or quote is not closed.");
        }
        return new Problem(Problem.NOT_COMPILED, value, lines);
    }

    /** A variable whose type is not known. */
    Problem missing(Snippet snippet, String missing, List<Diag> diagnostics) {
        Place place = places.of(snippet.id());
        if (place != null && diagnostics.stream().anyMatch(Diag::isError)) {
            return rejected(diagnostics, place.source(), place.offset(), Completeness.COMPLETE);
        }
        String value = missing + " is not defined";
        var lines = new ArrayList<String>();
        lines.add(RED + Problem.NOT_COMPILED + PLAIN + ": " + value);
        Matcher unknown = UNKNOWN_CLASS.matcher(missing);
        String name = unknown.find() ? unknown.group(1) : "";
        if (place != null) {
            int at = Math.max(place.offset(), place.source().text().indexOf(name, place.offset()));
            lines.addAll(span(place.source(), at, at + name.length()));
        }
        if (!name.isEmpty()) {
            hints.unknownType(name).forEach(hint -> lines.add("  " + hint));
        }
        return new Problem(Problem.NOT_COMPILED, value, lines);
    }

    Problem compilerFailed(Throwable error, CellSource source, int offset) {
        String value = "the compiler failed on this code: " + error;
        var lines = new ArrayList<String>();
        lines.add(RED + error.getClass().getName() + PLAIN + ": " + value);
        lines.addAll(span(source, offset, offset));
        return new Problem(simpleName(error.getClass().getName()), value, lines);
    }

    private static String message(Diag diagnostic) {
        // Not the reader's language: errors are searched for, and a notebook is read elsewhere too.
        // The last line of "cannot find symbol" names JShell's wrapper class, which nobody wrote.
        return diagnostic
                .getMessage(Locale.ROOT)
                .lines()
                .filter(line -> !line.strip().equals("location: class"))
                .map(String::stripTrailing)
                .reduce((a, b) -> a + "\n" + b)
                .orElse("");
    }

    private static List<String> span(CellSource source, int from, int to) {
        int start = Math.min(Math.max(from, 0), source.text().length());
        int line = source.lineOf(start);
        String text = source.line(line);
        int column = Math.min(start - source.lineStart(start), text.length());
        int width = Math.max(0, Math.min(Math.max(1, to - start), text.length() - column));
        String number = "--> " + line + " ";
        var lines = new ArrayList<String>();
        lines.add("  " + BOLD + source.name() + ", line " + line + PLAIN);
        if (line > 1) {
            lines.add(" ".repeat(4) + pad(line - 1, line) + " " + source.line(line - 1));
        }
        lines.add(RED
                + number
                + PLAIN
                + text.substring(0, column)
                + RED
                + text.substring(column, column + width)
                + PLAIN
                + text.substring(column + width));
        String before = text.substring(0, column).replaceAll("[^\t]", " ");
        lines.add(" ".repeat(number.length()) + before + RED + "^".repeat(Math.max(1, width)) + PLAIN);
        return lines;
    }

    // ---- what the code threw

    Problem thrown(EvalException error, Throwable live) {
        var lines = new ArrayList<String>();
        var shown = new HashSet<String>();
        boolean folded = describe(error, "", lines, shown, false);
        if (folded) {
            lines.add("    (%tb shows every frame)");
        }
        var all = new ArrayList<String>();
        boolean _ = describe(error, "", all, new HashSet<>(), true);
        if (live != null) {
            for (Throwable suppressed : live.getSuppressed()) {
                String line = "Suppressed: " + className(suppressed.getClass().getName()) + ": "
                        + CellControl.message(suppressed);
                lines.add(line);
                all.add(line);
            }
        }
        String value = error.getMessage() == null ? "" : plain(error.getMessage());
        return new Problem(className(error.getExceptionClassName()), value, lines, all);
    }

    /** @return whether frames were left out */
    private boolean describe(JShellException error, String prefix, List<String> lines, Set<String> shown, boolean all) {
        if (error instanceof EvalException thrown) {
            String text = plain(thrown.getMessage());
            lines.add(prefix
                    + RED
                    + className(thrown.getExceptionClassName())
                    + PLAIN
                    + (text == null ? "" : ": " + text));
        } else {
            lines.add(prefix + RED + "unresolved reference" + PLAIN);
        }
        boolean folded = frames(error.getStackTrace(), lines, shown, all);
        if (error.getCause() instanceof JShellException cause) {
            folded |= describe(cause, "Caused by: ", lines, shown, all);
        }
        return folded;
    }

    /** A message without the classes that JShell wraps variables in. */
    private static String plain(String message) {
        return message == null ? null : message.replaceAll("REPL\\.\\$JShell\\$\\w+[.$]", "");
    }

    /**
     * An exception that no evaluation threw, for instance that of a renderer or of a widget's callback.
     *
     * @param live where in the cells its frames are
     */
    Problem outside(Throwable error, LiveFrames live) {
        String value = CellControl.message(error);
        var lines = new ArrayList<String>();
        var shown = new HashSet<String>();
        String prefix = "";
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < MAX_LIVE_CAUSES; depth++, cause = cause.getCause()) {
            String text = plain(CellControl.message(cause));
            lines.add(prefix + RED + className(cause.getClass().getName()) + PLAIN + (text == null ? "" : ": " + text));
            StackTraceElement[] frames = live.of(cause.getStackTrace());
            if (Arrays.stream(frames).anyMatch(frame -> place(frame) != null)) {
                boolean _ = frames(frames, lines, shown, false);
            }
            prefix = "Caused by: ";
        }
        return new Problem(className(error.getClass().getName()), value == null ? "" : value, lines);
    }

    /** What a thread that a cell started died of, as text without colours. */
    String uncaught(Thread thread, Throwable error, LiveFrames live) {
        Problem problem = outside(error, live);
        return "Exception in thread \"" + thread.getName() + "\" "
                + String.join("\n", problem.traceback()).replaceAll("\u001b\\[[0-9;]*m", "");
    }

    Problem unresolved(UnresolvedReferenceException error, String missing) {
        String value = places.describe(error.getSnippet()) + " cannot be called until " + missing + " is defined";
        var lines = new ArrayList<String>();
        lines.add(RED + Problem.NOT_COMPILED + PLAIN + ": " + value);
        boolean _ = frames(error.getStackTrace(), lines, new HashSet<>(), false);
        return new Problem(Problem.NOT_COMPILED, value, lines);
    }

    /**
     * @param all every one, instead of the first of long rows
     * @return whether some were left out
     */
    private boolean frames(StackTraceElement[] frames, List<String> lines, Set<String> shown, boolean all) {
        boolean folded = false;
        int end = frames.length;
        // Below the first frame of the cell there are only the kernel's.
        while (end > 0 && place(frames[end - 1]) == null) {
            end--;
        }
        if (end == 0) {
            end = frames.length;
        }
        int count = 0;
        for (int i = 0; i < end; i++) {
            if (isInternal(frames[i])) {
                continue;
            }
            int period = repetition(frames, i, end);
            if (period > 0) {
                int from = i;
                i = endOfRepetition(frames, i, end, period);
                lines.add("    … the same again, " + (i - from + 1) / period + " times");
                continue;
            }
            int row = jdkRow(frames, i, end);
            if (row > MAX_JDK_ROW + 1 && !all) {
                folded = true;
                for (int k = 0; k < MAX_JDK_ROW; k++) {
                    frame(frames[i + k], lines, shown);
                }
                lines.add("    … " + (row - MAX_JDK_ROW) + " more of the JDK");
                i += row - 1;
                count += MAX_JDK_ROW;
                continue;
            }
            if (++count > MAX_FRAMES && !all) {
                lines.add("    … " + (end - i) + " more");
                folded = true;
                break;
            }
            frame(frames[i], lines, shown);
        }
        return folded;
    }

    /** How many frames from {@code at} on are the JDK's own. */
    private static int jdkRow(StackTraceElement[] frames, int at, int end) {
        int last = at;
        while (last < end && OF_THE_JDK.matcher(frames[last].getClassName()).lookingAt()) {
            last++;
        }
        return last - at;
    }

    /** The length of the group of frames that ended just before {@code at} and begins again there, or 0. */
    private static int repetition(StackTraceElement[] frames, int at, int end) {
        for (int period = 1; period <= 4; period++) {
            if (at - period < 0 || at + 2 * period > end) {
                continue;
            }
            boolean same = true;
            for (int k = 0; k < 2 * period && same; k++) {
                same = frames[at + k].equals(frames[at - period + k % period]);
            }
            if (same) {
                return period;
            }
        }
        return 0;
    }

    private static int endOfRepetition(StackTraceElement[] frames, int at, int end, int period) {
        int last = at;
        while (last < end && frames[last].equals(frames[last - period])) {
            last++;
        }
        return last - 1;
    }

    private void frame(StackTraceElement frame, List<String> lines, Set<String> shown) {
        Place place = place(frame);
        if (place == null) {
            String file = frame.getFileName() == null ? "" : frame.getFileName();
            String where = frame.getLineNumber() < 0 ? file : file + ":" + frame.getLineNumber();
            lines.add("    at " + frame.getClassName() + "." + frame.getMethodName() + "(" + where + ")");
            return;
        }
        int line = place.line() + Math.max(frame.getLineNumber(), 1) - 1;
        String where = place.source().name() + ", line " + line;
        String method = method(frame);
        lines.add("    at " + (method.isEmpty() ? "" : method + " in ") + BOLD + where + PLAIN);
        if (shown.size() < MAX_SHOWN_LINES && shown.add(where)) {
            for (int n = line - 1; n <= line + 1; n++) {
                String text = place.source().line(n);
                if (n == line) {
                    lines.add(RED + "      --> " + pad(n, line + 1) + " " + PLAIN + text);
                } else if (!text.isBlank()) {
                    lines.add("          " + pad(n, line + 1) + " " + text);
                }
            }
        }
    }

    private static String method(StackTraceElement frame) {
        String name = frame.getMethodName();
        if (name.contains("$") || name.isEmpty()) {
            name = name.startsWith("lambda$") ? "lambda" : "";
        }
        String type = frame.getClassName();
        return type.isEmpty() || name.isEmpty() ? name : type + "." + name;
    }

    private Place place(StackTraceElement frame) {
        String file = frame.getFileName();
        return file == null || !file.startsWith("#") ? null : places.of(file.substring(1));
    }

    private static boolean isInternal(StackTraceElement frame) {
        String type = frame.getClassName();
        return type.startsWith("jdk.internal.reflect.")
                || type.startsWith("java.lang.reflect.")
                || type.startsWith("java.lang.invoke.")
                || type.startsWith("dev.nibble.kernel.")
                || type.startsWith("jdk.jshell.")
                || type.startsWith("REPL.");
    }

    /** A class as its author knows it: without JShell's wrapper, and ours without their package. */
    private static String className(String name) {
        return name.startsWith("REPL.") || name.startsWith("dev.nibble.kernel.")
                ? name.replaceFirst("^REPL\\.\\$JShell\\$\\w+\\$", "")
                        .replaceFirst("^dev\\.nibble\\.kernel\\.(\\w+[.$])*", "")
                : name;
    }

    private static String pad(int number, int widest) {
        return String.format(Locale.ROOT, "%" + Integer.toString(widest).length() + "d", number);
    }

    private static String simpleName(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
