package dev.nibble.plot;

import dev.nibble.compare.ComparisonResult;
import dev.nibble.compare.ComparisonRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Comparisons of formats on a model, as a table and as a picture. */
final class ComparisonViews {
    private ComparisonViews() {}

    static Table table(ComparisonResult result) {
        StringColumn recipe = StringColumn.create(Tables.RECIPE);
        DoubleColumn bits = DoubleColumn.create(Tables.BITS);
        DoubleColumn quantized = DoubleColumn.create("quantized MB");
        DoubleColumn whole = DoubleColumn.create("model MB");
        StringColumn perplexity = StringColumn.create("perplexity");
        StringColumn change = StringColumn.create("ln PPL ratio");
        StringColumn kl = StringColumn.create("KL (nats)");
        StringColumn kl99 = StringColumn.create("KL 99 %");
        DoubleColumn top = DoubleColumn.create("same top %");
        DoubleColumn rms = DoubleColumn.create("RMS Δp %");
        Map<String, StringColumn> accuracy = new LinkedHashMap<>();
        StringColumn flips = StringColumn.create("flips lost/won");
        DoubleColumn seconds = DoubleColumn.create("seconds");
        String all = result.rows().isEmpty()
                ? null
                : result.rows().getFirst().accuracies().keySet().stream()
                        .findFirst()
                        .orElse(null);
        if (all != null) {
            accuracy.put(all, StringColumn.create("acc_norm %"));
        }
        for (ComparisonRow row : result.rows()) {
            recipe.append(row.recipe());
            bits.append(row.sizes().bitsPerWeight());
            quantized.append(row.sizes().quantizedBytes() / 1e6);
            whole.append(row.sizes().bytes() / 1e6);
            perplexity.append(String.format(
                    Locale.ROOT,
                    row.perplexity() < 10_000 ? "%.3f ± %.3f" : "%.3g ± %.2g",
                    row.perplexity(),
                    row.perplexityError()));
            change.append(
                    row.isBase()
                            ? ""
                            : String.format(Locale.ROOT, "%+.4f ± %.4f", row.logRatio(), row.logRatioError()));
            kl.append(row.isBase() ? "" : row.klText());
            kl99.append(row.isBase() ? "" : String.format(Locale.ROOT, "%.4f", row.kl99()));
            top.append(100 * row.sameTop());
            rms.append(row.rmsDeltaP());
            accuracy.forEach((name, column) -> column.append(String.format(
                    Locale.ROOT,
                    "%.1f ± %.1f",
                    100 * row.accuracies().getOrDefault(name, Double.NaN),
                    100 * row.accuracyErrors().getOrDefault(name, Double.NaN))));
            flips.append(row.isBase() ? "" : row.lost() + "/" + row.gained());
            seconds.append(row.seconds());
        }
        Table table = Table.create(
                result.model() + " on " + result.data(),
                recipe,
                bits,
                quantized,
                whole,
                perplexity,
                change,
                kl,
                kl99,
                top,
                rms);
        accuracy.values().forEach(table::addColumns);
        if (result.questions() > 0) {
            table.addColumns(flips);
        }
        return table.addColumns(seconds);
    }

    static Chart front(ComparisonResult result) {
        Map<String, List<double[]>> points = new LinkedHashMap<>();
        Map<String, List<String>> names = new LinkedHashMap<>();
        for (ComparisonRow row : result.rows()) {
            if (row.kl() > 0) {
                String family = FrontCharts.family(row.recipe());
                points.computeIfAbsent(family, f -> new ArrayList<>())
                        .add(new double[] {row.sizes().bitsPerWeight(), row.kl()});
                names.computeIfAbsent(family, f -> new ArrayList<>()).add(row.recipe());
            }
        }
        List<Series> series = new ArrayList<>();
        List<ComparisonRow> front =
                result.front().stream().filter(row -> row.kl() > 0).toList();
        series.add(Series.line(
                        "best for its bits",
                        front.stream()
                                .mapToDouble(r -> r.sizes().bitsPerWeight())
                                .toArray(),
                        front.stream().mapToDouble(ComparisonRow::kl).toArray())
                .styled(SeriesStyle.NEUTRAL.withDash(SeriesStyle.Dash.DASH)));
        points.forEach((family, p) -> series.add(Series.points(
                        family,
                        p.stream().mapToDouble(v -> v[0]).toArray(),
                        p.stream().mapToDouble(v -> v[1]).toArray())
                .styled(FrontCharts.style(family))
                .labelled(names.get(family))));
        return new Chart(
                "What formats do to " + result.model(),
                Axis.of("stored bits per weight of the quantized part, scales included", "bits"),
                Axis.log("KL divergence, lower is better", "nats per token"),
                series);
    }
}
