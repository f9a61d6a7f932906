package dev.nibble.kernel.display;

import dev.nibble.compare.ComparisonResult;
import dev.nibble.plot.TableView;
import dev.nibble.plot.Tables;
import dev.nibble.plot.TextTable;
import java.util.Locale;

/** A comparison of formats on a model: what was done, the table as far as it goes, and what it says in words. */
public final class ComparisonRenderer implements Renderer<ComparisonResult> {
    @Override
    public Class<ComparisonResult> type() {
        return ComparisonResult.class;
    }

    @Override
    public MimeBundle render(ComparisonResult result, RenderOptions options) {
        TableView table = TableView.of(Tables.comparison(result), Integer.MAX_VALUE, Integer.MAX_VALUE);
        String how = String.format(
                Locale.ROOT,
                "%s; %,d tokens scored%s. ± is one standard error.",
                result.protocol(),
                result.tokens(),
                result.questions() > 0 ? ", " + result.questions() + " questions" : "");
        String rest =
                result.missing().isEmpty() ? result.verdict() : "Not done yet: " + String.join(", ", result.missing());
        String html = "<div>" + Html.table(table)
                + "<p>" + Html.escape(how) + "</p>"
                + (result.note().isEmpty() ? "" : "<p><b>" + Html.escape(result.note()) + "</b></p>")
                + "<p>" + Html.escape(rest) + "</p></div>";
        String text = TextTable.of(table, Cards.WIDTH) + "\n" + how + "\n"
                + (result.note().isEmpty() ? "" : result.note() + "\n") + rest;
        return Cards.bundle(html, text);
    }
}
