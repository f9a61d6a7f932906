package dev.nibble.kernel.display;

import dev.nibble.plot.TableView;
import java.util.List;
import java.util.Locale;

/**
 * The HTML that outputs are made of: inline styles only, because a notebook that is not trusted shows no others, and
 * colours that read on light and dark.
 */
final class Html {
    private static final String LINE = "1px solid rgba(128,128,128,0.35)";
    private static final String CELL = "padding:3px 12px 3px 0;vertical-align:top;";

    /** Texts up to this length are names: recipes, tensors; longer ones may break where the page is narrow. */
    private static final int NAME = 24;

    /** Titles up to this length stay on one line above their table, however narrow it is. */
    private static final int ONE_LINE = 80;

    private Html() {}

    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    /** 16,777,216, whatever the locale. */
    static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    static String pre(String text) {
        return "<pre style=\"margin:0;white-space:pre-wrap\">" + escape(text) + "</pre>";
    }

    /** A table in the colours of its page. */
    static String table(TableView view) {
        int columns = view.headers().size();
        StringBuilder out = new StringBuilder(256 + view.rows().size() * columns * 60);
        out.append("<div style=\"overflow-x:auto\"><table style=\"border-collapse:collapse;font-size:0.93em;"
                + "margin:0.3em 0\">");
        if (!view.title().isEmpty()) {
            out.append("<caption style=\"caption-side:top;text-align:left;font-weight:bold;padding:0 0 4px")
                    .append(view.title().length() <= ONE_LINE ? ";white-space:nowrap" : "")
                    .append("\">")
                    .append(escape(view.title()))
                    .append("</caption>");
        }
        if (!view.headers().stream().allMatch(String::isEmpty)) {
            out.append("<thead><tr style=\"border-bottom:2px solid rgba(128,128,128,0.6)\">");
            for (int c = 0; c < columns; c++) {
                cell(
                        out,
                        "th",
                        view.headers().get(c),
                        view.numeric().get(c),
                        "font-weight:bold;vertical-align:bottom;");
            }
            out.append("</tr></thead>");
        }
        out.append("<tbody>");
        for (int r = 0; r < view.rows().size(); r++) {
            if (r == view.head()) {
                out.append("<tr><td colspan=\"")
                        .append(columns)
                        .append("\" style=\"text-align:left;")
                        .append(CELL)
                        .append("\">⋮</td></tr>");
            }
            out.append("<tr style=\"border-bottom:").append(LINE).append("\">");
            List<String> row = view.rows().get(r);
            for (int c = 0; c < columns; c++) {
                cell(out, "td", row.get(c), view.numeric().get(c), "");
            }
            out.append("</tr>");
        }
        out.append("</tbody></table>");
        String note = view.note();
        if (!note.isEmpty()) {
            out.append("<div style=\"font-size:0.85em;opacity:0.75\">")
                    .append(escape(note))
                    .append("</div>");
        }
        return out.append("</div>").toString();
    }

    private static void cell(StringBuilder out, String tag, String text, boolean numeric, String style) {
        out.append('<').append(tag).append(" style=\"").append(CELL).append(style);
        out.append(numeric ? "text-align:right;font-variant-numeric:tabular-nums;" : "text-align:left;");
        if (tag.equals("td")) { // a recipe or a number broken in two lines cannot be read; a heading can
            out.append(text.length() <= NAME ? "white-space:nowrap" : "min-width:9em");
        }
        out.append("\">");
        out.append(escape(text)).append("</").append(tag).append('>');
    }
}
