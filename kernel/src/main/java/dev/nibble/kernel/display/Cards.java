package dev.nibble.kernel.display;

import dev.nibble.plot.TableView;
import dev.nibble.plot.TextTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small tables that renderers make: named facts, and rows of text. */
final class Cards {
    private Cards() {}

    /** Facts under a title, one row each. */
    static MimeBundle facts(String title, Map<String, String> facts, String text) {
        return bundle(Html.table(factsView(title, facts)), text);
    }

    static TableView factsView(String title, Map<String, String> facts) {
        List<List<String>> rows = facts.entrySet().stream()
                .map(e -> List.of(e.getKey(), e.getValue()))
                .toList();
        return new TableView(title, List.of("", ""), List.of(false, false), rows, rows.size(), rows.size(), 2);
    }

    /** A table as HTML and as aligned text. */
    static MimeBundle table(TableView view, RenderOptions options) {
        return bundle(Html.table(view), TextTable.of(view, options.width()));
    }

    /**
     * A table with sentences below it.
     *
     * @param note what has to be known to read it, set off; empty if nothing
     */
    static MimeBundle explained(TableView table, RenderOptions options, String note, String... sentences) {
        StringBuilder html = new StringBuilder("<div>").append(Html.table(table));
        StringBuilder text = new StringBuilder(TextTable.of(table, options.width()));
        if (!note.isEmpty()) {
            html.append("<p><b>").append(Html.escape(note)).append("</b></p>");
            text.append('\n').append(note);
        }
        for (String sentence : sentences) {
            html.append("<p>").append(Html.escape(sentence)).append("</p>");
            text.append('\n').append(sentence);
        }
        return bundle(html.append("</div>").toString(), text.toString());
    }

    static MimeBundle bundle(String html, String text) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("text/html", html);
        data.put("text/plain", text);
        return MimeBundle.of(data);
    }
}
