package dev.nibble.plot;

import dev.nibble.compare.SensitivityResult;
import dev.nibble.compare.SensitivityRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Where quantization hurts, as tables and as a picture. */
final class SensitivityViews {
    private SensitivityViews() {}

    static Table table(SensitivityResult result) {
        StringColumn tensor = StringColumn.create("tensor");
        IntColumn layer = IntColumn.create("layer");
        StringColumn kind = StringColumn.create("kind");
        LongColumn weights = LongColumn.create("weights");
        DoubleColumn kl = DoubleColumn.create("KL (nats)");
        DoubleColumn klError = DoubleColumn.create("KL ±");
        DoubleColumn ratio = DoubleColumn.create("ln PPL ratio");
        DoubleColumn ratioError = DoubleColumn.create("ln PPL ratio ±");
        List<SensitivityRow> rows = new ArrayList<>(result.rows());
        result.all().ifPresent(rows::add);
        for (SensitivityRow row : rows) {
            tensor.append(row.tensor());
            if (row.layer() < 0) {
                layer.appendMissing();
            } else {
                layer.append(row.layer());
            }
            kind.append(row.kind());
            weights.append(row.weights());
            kl.append(row.kl());
            klError.append(row.klError());
            ratio.append(row.logRatio());
            ratioError.append(row.logRatioError());
        }
        return Table.create(
                result.model() + " in " + result.recipe() + ", one linear at a time",
                tensor,
                layer,
                kind,
                weights,
                kl,
                klError,
                ratio,
                ratioError);
    }

    /** Layers down, kinds across, thousandths of a nat in each place. */
    static Table map(SensitivityResult result) {
        StringColumn layers = StringColumn.create("layer");
        result.layers().forEach(layer -> layers.append(layer < 0 ? "outside" : Integer.toString(layer)));
        Table table = Table.create(
                "KL in thousandths of a nat per token: " + result.model() + " with one linear in " + result.recipe(),
                layers);
        for (String kind : result.kinds()) {
            StringColumn column = StringColumn.create(kind);
            for (int layer : result.layers()) {
                column.append(result.find(layer, kind)
                        .map(row -> String.format(Locale.ROOT, "%.3f", 1000 * row.kl()))
                        .orElse(""));
            }
            table.addColumns(column);
        }
        return table;
    }

    static Chart chart(SensitivityResult result) {
        List<Series> series = new ArrayList<>();
        for (String kind : result.kinds()) {
            List<SensitivityRow> rows = result.layers().stream()
                    .filter(layer -> layer >= 0)
                    .map(layer -> result.find(layer, kind))
                    .flatMap(Optional::stream)
                    .filter(row -> row.kl() > 0) // none has no place on the axis
                    .toList();
            if (!rows.isEmpty()) {
                series.add(Series.line(
                                kind,
                                rows.stream().mapToDouble(SensitivityRow::layer).toArray(),
                                rows.stream().mapToDouble(SensitivityRow::kl).toArray())
                        .styled(SeriesStyle.of(kind).apartFrom(series)));
            }
        }
        return new Chart(
                result.model() + " with one linear in " + result.recipe(),
                Axis.of("layer"),
                Axis.log("KL divergence", "nats per token"),
                series);
    }
}
