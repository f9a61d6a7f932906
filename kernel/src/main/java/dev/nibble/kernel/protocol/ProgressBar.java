package dev.nibble.kernel.protocol;

import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.ProgressState;
import dev.nibble.kernel.display.ProgressState.Phase;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** One task's bar: HTML with inline styles only, which every theme and every reader shows, and text. */
final class ProgressBar {
    private static final int TEXT_WIDTH = 30;

    private ProgressBar() {}

    static MimeBundle draw(ProgressState state) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("text/html", html(state));
        data.put("text/plain", text(state));
        return MimeBundle.of(data);
    }

    private static String text(ProgressState state) {
        String title = state.title();
        if (state.phase() == Phase.DONE) {
            return title + ": " + amount(state) + " in " + seconds(state.seconds());
        }
        if (state.phase() == Phase.STOPPED) {
            return title + ": stopped at " + amount(state) + " after " + seconds(state.seconds());
        }
        int filled = (int) Math.round(state.fraction() * TEXT_WIDTH);
        String bar = "[" + "#".repeat(filled) + ".".repeat(TEXT_WIDTH - filled) + "] ";
        return (state.total() > 0 ? bar : "") + title + ": " + amount(state) + left(state);
    }

    private static String html(ProgressState state) {
        if (state.phase() != Phase.RUNNING) {
            return "<div style=\"opacity:.65\">" + escape(text(state)) + "</div>";
        }
        String percent = String.format(Locale.ROOT, "%.1f%%", state.fraction() * 100);
        String bar = state.total() <= 0
                ? ""
                : "<div style=\"display:inline-block;vertical-align:middle;width:14em;height:.6em;margin-right:.8em;"
                        + "border-radius:.3em;overflow:hidden;background:rgba(128,128,128,.3)\">"
                        + "<div style=\"width:" + percent + ";height:100%;background:#3a87d6\"></div></div>";
        return "<div>" + bar + escape(state.title()) + " <span style=\"opacity:.65\">"
                + escape(amount(state) + left(state)) + "</span></div>";
    }

    private static String amount(ProgressState state) {
        String total = state.total() > 0 ? count(state.total(), state.unit()) : "";
        String done = count(state.done(), state.unit());
        String unit = state.unit().equals("bytes") ? "MB" : state.unit();
        return (total.isEmpty() || state.phase() == Phase.DONE ? done : done + " of " + total) + " " + unit;
    }

    private static String count(long amount, String unit) {
        return unit.equals("bytes")
                ? String.format(Locale.ROOT, "%.1f", amount / 1e6)
                : String.format(Locale.ROOT, "%,d", amount);
    }

    private static String left(ProgressState state) {
        double fraction = state.fraction();
        if (fraction < 0.02 || state.seconds() < 1) {
            return "";
        }
        return ", " + seconds(state.seconds() / fraction - state.seconds()) + " left";
    }

    private static String seconds(double seconds) {
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        return String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
