package dev.nibble.kernel.display;

import dev.nibble.compare.SensitivityResult;
import dev.nibble.compare.SensitivityRow;
import dev.nibble.plot.TableView;
import dev.nibble.plot.Tables;
import dev.nibble.plot.TextTable;
import java.util.Locale;

/**
 * Where quantization hurts: layers down, kinds across, each place with its number and the darker the more it hurts, so
 * that nothing is said by colour alone.
 */
public final class SensitivityRenderer implements Renderer<SensitivityResult> {
    /** What the least of the colours stands for, as a share of the largest divergence. */
    private static final double FAINTEST = 1e-3;

    private static final double DARKEST = 0.6;

    @Override
    public Class<SensitivityResult> type() {
        return SensitivityResult.class;
    }

    @Override
    public MimeBundle render(SensitivityResult result, RenderOptions options) {
        TableView map = TableView.of(Tables.sensitivityMap(result), Integer.MAX_VALUE, Integer.MAX_VALUE);
        String how = String.format(
                Locale.ROOT, "%s; %,d tokens scored. ± is one standard error.", result.protocol(), result.tokens());
        String said = result.verdict();
        String html = "<div>" + heat(result, map.title()) + legend()
                + (result.note().isEmpty() ? "" : "<p><b>" + Html.escape(result.note()) + "</b></p>")
                + "<p>" + Html.escape(how) + "</p><p>" + Html.escape(said) + "</p></div>";
        return Cards.bundle(
                html,
                TextTable.of(map, options.width()) + "\n" + (result.note().isEmpty() ? "" : result.note() + "\n") + how
                        + "\n" + said);
    }

    private static String heat(SensitivityResult result, String title) {
        double most =
                result.rows().stream().mapToDouble(SensitivityRow::kl).max().orElse(0);
        StringBuilder out = new StringBuilder("<div style=\"overflow-x:auto\"><table style=\"border-collapse:collapse;"
                + "font-size:0.9em;margin:0.3em 0\"><caption style=\"caption-side:top;text-align:left;"
                + "font-weight:bold;padding:0 0 4px\">");
        out.append(Html.escape(title)).append("</caption><thead><tr>");
        head(out, "col", "layer");
        result.kinds().forEach(kind -> head(out, "col", kind));
        out.append("</tr></thead><tbody>");
        for (int layer : result.layers()) {
            out.append("<tr>");
            head(out, "row", layer < 0 ? "outside" : Integer.toString(layer));
            for (String kind : result.kinds()) {
                out.append(result.find(layer, kind)
                        .map(row -> place(row, most))
                        .orElse("<td style=\"padding:3px 8px\"></td>"));
            }
            out.append("</tr>");
        }
        return out.append("</tbody></table></div>").toString();
    }

    private static String legend() {
        return "<p>The darker, the larger: a third of the way darker for each factor of ten, without colour from a"
                + " thousandth of the largest on. A place says its error bars when it is pointed at.</p>";
    }

    private static void head(StringBuilder out, String scope, String text) {
        out.append("<th scope=\"")
                .append(scope)
                .append("\" style=\"padding:3px 8px;text-align:right;font-weight:bold\">")
                .append(Html.escape(text))
                .append("</th>");
    }

    private static String place(SensitivityRow row, double most) {
        double share = row.kl() <= 0 || most <= 0
                ? 0
                : Math.max(0, 1 - StrictMath.log(row.kl() / most) / StrictMath.log(FAINTEST));
        return String.format(
                Locale.ROOT,
                "<td title=\"%s: KL %.6f ± %.6f, ln PPL ratio %+.6f ± %.6f\" style=\"padding:3px 8px;text-align:right;"
                        + "background:rgba(213,94,0,%.2f)\">%.3f</td>",
                Html.escape(row.tensor()),
                row.kl(),
                row.klError(),
                row.logRatio(),
                row.logRatioError(),
                DARKEST * share,
                1000 * row.kl());
    }
}
