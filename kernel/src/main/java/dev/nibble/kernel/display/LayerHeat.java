package dev.nibble.kernel.display;

import dev.nibble.compare.ComparisonResult;
import dev.nibble.compare.ComparisonRow;
import dev.nibble.plot.TableView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * How far formats lead a model's hidden states astray, layer by layer: layers down, formats across, each place with its
 * number and the darker the larger it is, so that nothing is said by colour alone.
 */
final class LayerHeat {
    static final String TITLE = "Relative error of hidden states behind each layer, in %";

    /** What the least of the colours stands for, as a share of the largest error. */
    private static final double FAINTEST = 1e-2;

    private static final double DARKEST = 0.6;

    private LayerHeat() {}

    /** What the numbers are, in words. */
    static String caption() {
        return "Length of the difference from the weights as stored over the length of their hidden states, mean over the"
                + " first " + ComparisonRow.POSITIONS + " tokens at most.";
    }

    /** The rows that have errors. */
    static List<ComparisonRow> rows(ComparisonResult result) {
        return result.rows().stream().filter(row -> !row.layers().isEmpty()).toList();
    }

    /** A table, or nothing where no row has errors. */
    static String html(ComparisonResult result) {
        List<ComparisonRow> rows = rows(result);
        if (rows.isEmpty()) {
            return "";
        }
        int layers = rows.stream().mapToInt(row -> row.layers().size()).max().orElse(0);
        double most = rows.stream()
                .flatMap(row -> row.layers().stream())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
        StringBuilder out = new StringBuilder("<div style=\"overflow-x:auto\"><table style=\"border-collapse:collapse;"
                + "font-size:0.9em;margin:0.3em 0\"><caption style=\"caption-side:top;text-align:left;"
                + "font-weight:bold;padding:0 0 4px;white-space:nowrap\">");
        out.append(TITLE).append("</caption><thead><tr>");
        head(out, "col", "layer");
        rows.forEach(row -> head(out, "col", row.recipe()));
        out.append("</tr></thead><tbody>");
        for (int layer = 0; layer < layers; layer++) {
            out.append("<tr>");
            head(out, "row", Integer.toString(layer));
            for (ComparisonRow row : rows) {
                place(out, row, layer, most);
            }
            out.append("</tr>");
        }
        return out.append("</tbody></table></div>").toString();
    }

    /** The same without colours. */
    static TableView view(ComparisonResult result) {
        List<ComparisonRow> rows = rows(result);
        List<String> headers = new ArrayList<>(List.of("layer"));
        rows.forEach(row -> headers.add(row.recipe()));
        int layers = rows.stream().mapToInt(row -> row.layers().size()).max().orElse(0);
        List<List<String>> cells = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            List<String> line = new ArrayList<>(List.of(Integer.toString(layer)));
            for (ComparisonRow row : rows) {
                line.add(layer < row.layers().size() ? percent(row.layers().get(layer)) : "");
            }
            cells.add(line);
        }
        return new TableView(
                TITLE, headers, Collections.nCopies(headers.size(), true), cells, layers, layers, headers.size());
    }

    private static void head(StringBuilder out, String scope, String text) {
        out.append("<th scope=\"")
                .append(scope)
                .append("\" style=\"padding:2px 8px;text-align:right;font-weight:bold\">")
                .append(Html.escape(text))
                .append("</th>");
    }

    private static void place(StringBuilder out, ComparisonRow row, int layer, double most) {
        if (layer >= row.layers().size()) {
            out.append("<td></td>");
            return;
        }
        double error = row.layers().get(layer);
        double share =
                error <= 0 || most <= 0 ? 0 : Math.max(0, 1 - StrictMath.log(error / most) / StrictMath.log(FAINTEST));
        out.append(String.format(
                Locale.ROOT,
                "<td title=\"%s, layer %d: %.4g %%\" style=\"padding:2px 8px;text-align:right;"
                        + "font-variant-numeric:tabular-nums;background:rgba(213,94,0,%.2f)\">%s</td>",
                Html.escape(row.recipe()),
                layer,
                100 * error,
                DARKEST * share,
                percent(error)));
    }

    /** A share in percent, few digits. */
    static String percent(double share) {
        return share == 0 ? "0" : String.format(Locale.ROOT, 100 * share < 1 ? "%.3f" : "%.1f", 100 * share);
    }
}
