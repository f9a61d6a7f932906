package dev.nibble.kernel.display;

import dev.nibble.compare.ComparisonResult;
import dev.nibble.plot.TableView;
import dev.nibble.plot.Tables;
import dev.nibble.plot.TextTable;
import java.util.Locale;

/**
 * A comparison of formats on a model: what was done, the table as far as it goes, what it says in words, and how the error
 * grows from layer to layer.
 */
public final class ComparisonRenderer implements Renderer<ComparisonResult> {
    @Override
    public Class<ComparisonResult> type() {
        return ComparisonResult.class;
    }

    @Override
    public MimeBundle render(ComparisonResult result, RenderOptions options) {
        String how = how(result);
        String rest =
                result.missing().isEmpty() ? result.verdict() : "Not done yet: " + String.join(", ", result.missing());
        String html = "<div>" + table(result)
                + "<p>" + Html.escape(how) + "</p>"
                + (result.note().isEmpty() ? "" : "<p><b>" + Html.escape(result.note()) + "</b></p>")
                + "<p>" + Html.escape(rest) + "</p>" + layers(result) + "</div>";
        String text = TextTable.of(view(result), options.width()) + "\n" + how + "\n"
                + (result.note().isEmpty() ? "" : result.note() + "\n") + rest + layersText(result, options);
        return Cards.bundle(html, text);
    }

    private static TableView view(ComparisonResult result) {
        return TableView.of(Tables.comparison(result), Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** The table as HTML, in the colours of its page. */
    public static String table(ComparisonResult result) {
        return Html.table(view(result));
    }

    /** How it was measured, in one line. */
    public static String how(ComparisonResult result) {
        return String.format(
                Locale.ROOT,
                "%s; %,d tokens scored%s. ± is one standard error.",
                result.protocol(),
                result.tokens(),
                result.questions() > 0 ? ", " + result.questions() + " questions" : "");
    }

    /** Relative errors behind each layer as HTML, the darker the larger; empty where there are none. */
    public static String layers(ComparisonResult result) {
        String heat = LayerHeat.html(result);
        return heat.isEmpty() ? "" : heat + "<p>" + Html.escape(LayerHeat.caption()) + "</p>";
    }

    private static String layersText(ComparisonResult result, RenderOptions options) {
        return LayerHeat.rows(result).isEmpty()
                ? ""
                : "\n\n" + TextTable.of(LayerHeat.view(result), options.width()) + "\n" + LayerHeat.caption();
    }
}
