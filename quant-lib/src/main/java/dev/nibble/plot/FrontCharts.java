package dev.nibble.plot;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tech.tablesaw.api.Table;

/** Many formats in one picture, by family, and the ones that no smaller format beats. */
final class FrontCharts {
    private static final List<String> COLOURS =
            List.of("#d55e00", "#009e73", "#0072b2", "#cc79a7", "#e69f00", "#7f7f3f");
    private static final List<SeriesStyle.Mark> MARKS = List.of(
            SeriesStyle.Mark.DIAMOND,
            SeriesStyle.Mark.SQUARE,
            SeriesStyle.Mark.CIRCLE,
            SeriesStyle.Mark.TRIANGLE,
            SeriesStyle.Mark.CROSS,
            SeriesStyle.Mark.SQUARE);

    private static final List<String> FAMILIES =
            List.of("integers", "code books", "GGUF blocks", "floats", "microscaling", "binary, ternary");

    private FrontCharts() {}

    /** What people call the kind of a format, by the name that its recipe begins with. */
    static String family(String recipe) {
        String name = recipe.split(":", 2)[0];
        if (name.startsWith("mx") || name.startsWith("nvfp4")) {
            return "microscaling";
        }
        if (name.startsWith("int")) {
            return "integers";
        }
        if (name.matches("i?q\\d.*|tq\\d.*")) {
            return "GGUF blocks";
        }
        if (List.of("ternary", "bitnet", "binary").contains(name)) {
            return "binary, ternary";
        }
        return name.matches("nf\\d|bnbfp4|dyn8|lloydmax|kmeans") ? "code books" : "floats";
    }

    /** How the points of a family look. */
    static SeriesStyle style(String family) {
        int look = FAMILIES.indexOf(family);
        return new SeriesStyle(COLOURS.get(look), SeriesStyle.Dash.SOLID, MARKS.get(look), false, 2, 8);
    }

    /** Rows of formats that no other row beats with fewer, or as many, bits; fewest bits first. */
    static Table front(Table errors) {
        Table sorted = errors.sortOn(Tables.BITS, "-" + Tables.SQNR);
        double best = Double.NEGATIVE_INFINITY;
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < sorted.rowCount(); i++) {
            double sqnr = sorted.doubleColumn(Tables.SQNR).getDouble(i);
            if (sqnr > best) {
                best = sqnr;
                kept.add(i);
            }
        }
        return sorted.rows(kept.stream().mapToInt(i -> i).toArray())
                .setName(errors.name() + ": formats that no smaller one beats");
    }

    static Chart chart(Table errors) {
        return chart(errors, false);
    }

    /** The same points, measured from the bound: formats that lie close together are told apart. */
    static Chart fromBound(Table errors) {
        return chart(errors, true);
    }

    private static Chart chart(Table errors, boolean fromBound) {
        Table front = front(errors);
        Map<String, List<double[]>> points = new LinkedHashMap<>();
        double most = 0;
        double least = Double.POSITIVE_INFINITY;
        double best = 0;
        for (int i = 0; i < errors.rowCount(); i++) {
            double[] point = point(errors, i, fromBound);
            if (Double.isFinite(point[1])) { // a format without any error has no place on the axis
                least = Math.min(least, point[0]);
                most = Math.max(most, point[0]);
                best = Math.max(best, point[1]);
                points.computeIfAbsent(family(errors.stringColumn(Tables.RECIPE).get(i)), f -> new ArrayList<>())
                        .add(point);
            }
        }
        List<Series> series = new ArrayList<>();
        double begin = fromBound ? Math.min(least, most) : 0;
        double end = fromBound ? most : Math.min(most, best / RateCharts.PER_BIT + 1);
        series.add(Series.line("bound (Gaussian)", new double[] {begin, end}, new double[] {
                    0, fromBound ? 0 : end * RateCharts.PER_BIT
                })
                .styled(SeriesStyle.NEUTRAL));
        List<double[]> kept = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < front.rowCount(); i++) {
            double[] point = point(front, i, fromBound);
            if (Double.isFinite(point[1])) {
                kept.add(point);
                names.add(front.stringColumn(Tables.RECIPE).get(i));
            }
        }
        Series line = Series.line("best for its bits", x(kept), y(kept))
                .styled(SeriesStyle.NEUTRAL.withDash(SeriesStyle.Dash.DASH));
        series.add(line);
        if (fromBound) {
            series.add(Series.points("", x(kept), y(kept))
                    .styled(SeriesStyle.NEUTRAL.withMarkSize(3))
                    .labelled(withRoom(kept, names)));
        }
        points.forEach(
                (family, p) -> series.add(Series.points(family, x(p), y(p)).styled(style(family))));
        return new Chart(
                (fromBound ? "Distance to the bound: " : "Formats by family: ") + errors.name(),
                Axis.of("stored bits per weight, scales included", "bits"),
                fromBound
                        ? Axis.of("SQNR less the bound, higher is better", "dB")
                        : Axis.of("SQNR, higher is better", "dB"),
                series);
    }

    /** The names of the points that stand alone, those nearest to the bound first; "" for the others. */
    private static List<String> withRoom(List<double[]> points, List<String> names) {
        List<double[]> taken = new ArrayList<>();
        List<String> shown = new ArrayList<>(Collections.nCopies(names.size(), ""));
        IntStream.range(0, names.size())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -points.get(i)[1]))
                .forEach(i -> {
                    double[] p = points.get(i);
                    if (taken.stream().noneMatch(t -> Math.abs(t[0] - p[0]) < 0.6)) {
                        taken.add(p);
                        shown.set(i, names.get(i));
                    }
                });
        return shown;
    }

    private static double[] point(Table errors, int row, boolean fromBound) {
        double bits = errors.doubleColumn(Tables.BITS).getDouble(row);
        double sqnr = errors.doubleColumn(Tables.SQNR).getDouble(row);
        return new double[] {bits, fromBound ? sqnr - RateCharts.PER_BIT * bits : sqnr};
    }

    private static double[] x(List<double[]> points) {
        return points.stream().mapToDouble(p -> p[0]).toArray();
    }

    private static double[] y(List<double[]> points) {
        return points.stream().mapToDouble(p -> p[1]).toArray();
    }
}
