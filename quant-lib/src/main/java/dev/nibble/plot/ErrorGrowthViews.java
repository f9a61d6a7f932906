package dev.nibble.plot;

import dev.nibble.compare.ErrorGrowth;
import dev.nibble.compare.ErrorGrowth.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/** How errors grow from layer to layer, as a table and as a picture. */
final class ErrorGrowthViews {
    /** Up to so many, a picture also has the largest errors. */
    private static final int WITH_LARGEST = 4;

    private ErrorGrowthViews() {}

    static Table table(ErrorGrowth... growths) {
        List<String> names = names(growths);
        int layers =
                Arrays.stream(growths).mapToInt(g -> g.steps().size()).max().orElseThrow();
        IntColumn layer = IntColumn.create("behind layer");
        for (int i = 0; i < layers; i++) {
            layer.append(i);
        }
        Table table =
                Table.create(growths.length == 1 ? title(growths) + ", " + names.getFirst() : title(growths), layer);
        for (int g = 0; g < growths.length; g++) {
            String name = growths.length == 1 ? "" : names.get(g) + " ";
            DoubleColumn mean = DoubleColumn.create(name + "mean");
            DoubleColumn largest = DoubleColumn.create(name + "largest");
            for (int i = 0; i < layers; i++) {
                Optional<Step> step = i < growths[g].steps().size()
                        ? Optional.of(growths[g].steps().get(i))
                        : Optional.empty();
                step.ifPresentOrElse(s -> mean.append(s.mean()), mean::appendMissing);
                step.ifPresentOrElse(s -> largest.append(s.largest()), largest::appendMissing);
            }
            table.addColumns(mean, largest);
        }
        return table;
    }

    static Chart chart(ErrorGrowth... growths) {
        List<String> names = names(growths);
        List<Series> series = new ArrayList<>();
        for (int g = 0; g < growths.length; g++) {
            // Without an error there is no place on a logarithmic axis.
            List<Step> steps =
                    growths[g].steps().stream().filter(s -> s.mean() > 0).toList();
            double[] layers = steps.stream().mapToDouble(Step::layer).toArray();
            double[] means = steps.stream().mapToDouble(Step::mean).toArray();
            SeriesStyle style = SeriesStyle.of(growths[g].recipe()).apartFrom(series);
            series.add(line(names.get(g), layers, means, style));
            if (growths.length <= WITH_LARGEST) {
                double[] largest = steps.stream().mapToDouble(Step::largest).toArray();
                series.add(line("", layers, largest, style.withDash(SeriesStyle.Dash.DOT)));
            }
        }
        return new Chart(
                title(growths) + (growths.length <= WITH_LARGEST ? " (mean; dotted: largest)" : ""),
                Axis.of("behind layer"),
                Axis.log("error of the hidden state, relative to its length", ""),
                series);
    }

    /** A line of one point could not be seen. */
    private static Series line(String name, double[] x, double[] y, SeriesStyle style) {
        return (x.length == 1 ? Series.points(name, x, y) : Series.line(name, x, y)).styled(style);
    }

    private static String title(ErrorGrowth... growths) {
        return "Error from layer to layer" + (sameModel(growths) ? " of " + growths[0].model() : "");
    }

    private static List<String> names(ErrorGrowth... growths) {
        if (growths.length == 0) {
            throw new IllegalArgumentException("nothing to show: expected at least one ErrorGrowth");
        }
        boolean same = sameModel(growths);
        Set<String> used = new HashSet<>();
        List<String> names = new ArrayList<>();
        for (ErrorGrowth growth : growths) {
            String name = (same ? "" : growth.model() + " in ")
                    + growth.recipe()
                    + growth.only()
                            .map(layer -> " in layer " + layer + " alone")
                            .orElse("");
            if (!used.add(name)) {
                throw new IllegalArgumentException(name + " comes twice: give each of them once");
            }
            names.add(name);
        }
        return names;
    }

    private static boolean sameModel(ErrorGrowth... growths) {
        return Arrays.stream(growths).map(ErrorGrowth::model).distinct().count() == 1;
    }
}
