package dev.nibble.cli;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Progress as one line of a terminal, redrawn in place at most ten times a second and taken away at the end. Where
 * standard error is no terminal nothing is drawn, and only the stop request remains.
 */
final class TerminalProgress implements Progress {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int BAR = 24;

    private final CancelToken token;
    private final PrintStream out;
    private final int columns;
    private final List<Line> open = new ArrayList<>();
    private long drawn;
    private boolean visible;

    /** @param out where it is drawn, or null to draw nothing */
    TerminalProgress(CancelToken token, PrintStream out, int columns) {
        this.token = token;
        this.out = out;
        this.columns = columns;
    }

    static TerminalProgress of(CancelToken token) {
        return new TerminalProgress(
                token, Terminal.errorIsTerminal() ? System.err : null, Math.min(Terminal.columns(), 100));
    }

    @Override
    public synchronized Task task(String title, long total, String unit) {
        var line = new Line(title, total, unit);
        open.add(line);
        draw(true);
        return line;
    }

    @Override
    public CancelToken cancelToken() {
        return token;
    }

    /** Takes the line away, so that other text can be written. */
    synchronized void clear() {
        if (visible && out != null) {
            out.print("\r\033[K");
            out.flush();
            visible = false;
        }
    }

    private synchronized void draw(boolean now) {
        if (out == null || open.isEmpty()) {
            return;
        }
        long time = System.nanoTime();
        if (!now && time - drawn < REDRAW_NANOS) {
            return;
        }
        drawn = time;
        visible = true;
        // The outermost tells how far the whole is; the innermost what is done now.
        String text = open.getLast().text(time);
        if (open.size() > 1) {
            text = open.getFirst().shortText() + "  " + text;
        }
        out.print("\r" + text.substring(0, Math.min(text.length(), columns - 1)) + "\033[K");
        out.flush();
    }

    private synchronized void close(Line line) {
        open.remove(line);
        if (open.isEmpty()) {
            clear();
        } else {
            draw(true);
        }
    }

    /** One task. */
    private final class Line implements Task {
        private final String title;
        private final long total;
        private final String unit;
        private final long started = System.nanoTime();
        private long done;

        Line(String title, long total, String unit) {
            this.title = title;
            this.total = total;
            this.unit = unit;
        }

        @Override
        public void step(long amount) {
            token.check(title);
            synchronized (TerminalProgress.this) {
                done += amount;
            }
            draw(false);
        }

        @Override
        public void close() {
            TerminalProgress.this.close(this);
        }

        private String text(long time) {
            double seconds = (time - started) / 1e9;
            if (total <= 0) {
                return String.format(Locale.ROOT, "%s  %s  %.0f s", title, done == 0 ? "…" : amount(done), seconds);
            }
            double part = Math.clamp((double) done / total, 0.0, 1.0);
            int full = (int) (part * BAR);
            String left = "";
            if (seconds > 2 && part > 0.02 && part < 1) {
                left = String.format(Locale.ROOT, "  %.0f s left", seconds / part * (1 - part));
            }
            return String.format(
                    Locale.ROOT,
                    "%s  %s%s %3.0f %%  %s of %s%s",
                    title,
                    "━".repeat(full),
                    "─".repeat(BAR - full),
                    100 * part,
                    unit.equals("bytes") ? megabytes(done) : Long.toString(done),
                    amount(total),
                    left);
        }

        /** "run cells 3 of 12:". */
        private String shortText() {
            return total <= 0 ? title + ":" : title + " " + done + " of " + total + ":";
        }

        private String amount(long value) {
            return unit.equals("bytes") ? megabytes(value) + " MB" : (value + " " + unit).strip();
        }

        private static String megabytes(long bytes) {
            return String.format(Locale.ROOT, "%.1f", bytes / 1e6);
        }
    }
}
