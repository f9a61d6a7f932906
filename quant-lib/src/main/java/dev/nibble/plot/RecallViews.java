package dev.nibble.plot;

import dev.nibble.compare.Recall;
import dev.nibble.compare.Recall.Point;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What models find again of what they read before, as a table and as a picture. */
final class RecallViews {
    private RecallViews() {}

    static Table table(Recall... recalls) {
        require(recalls);
        StringColumn model = StringColumn.create("model");
        IntColumn distance = IntColumn.create("distance (tokens)");
        DoubleColumn base = DoubleColumn.create("p of " + recalls[0].base());
        DoubleColumn baseError = DoubleColumn.create("p of " + recalls[0].base() + " ±");
        DoubleColumn other = DoubleColumn.create("p");
        DoubleColumn otherError = DoubleColumn.create("p ±");
        DoubleColumn change = DoubleColumn.create("change");
        DoubleColumn changeError = DoubleColumn.create("change ±");
        for (Recall recall : recalls) {
            for (Point point : recall.points()) {
                model.append(recall.other());
                distance.append(point.distance());
                base.append(point.base());
                baseError.append(point.baseError());
                other.append(point.other());
                otherError.append(point.otherError());
                change.append(point.change());
                changeError.append(point.changeError());
            }
        }
        return Table.create(
                "Probability of a phrase that was read before",
                model,
                distance,
                base,
                baseError,
                other,
                otherError,
                change,
                changeError);
    }

    static Chart chart(Recall... recalls) {
        require(recalls);
        List<Series> series = new ArrayList<>();
        series.addAll(
                withBars(recalls[0].base(), recalls[0].points(), Point::base, Point::baseError, SeriesStyle.NEUTRAL));
        for (Recall recall : recalls) {
            String name = recall.other().startsWith(recall.base() + " in ")
                    ? recall.other().substring(recall.base().length() + " in ".length())
                    : recall.other();
            series.addAll(withBars(
                    name,
                    recall.points(),
                    Point::other,
                    Point::otherError,
                    SeriesStyle.of(name).apartFrom(series)));
        }
        return new Chart(
                "Finding again what was read before (bars: one standard error)",
                Axis.of("tokens back to the first reading"),
                Axis.of("probability of the tokens of the second"),
                series);
    }

    /** A line, a mark at each point, and a bar of one standard error up and down. */
    private static Collection<Series> withBars(
            String name,
            List<Point> points,
            ToDoubleFunction<Point> value,
            ToDoubleFunction<Point> error,
            SeriesStyle style) {
        double[] x = points.stream().mapToDouble(Point::distance).toArray();
        double[] y = points.stream().mapToDouble(value).toArray();
        double[] barX = new double[3 * x.length];
        double[] barY = new double[3 * x.length];
        for (int i = 0; i < x.length; i++) {
            double half = error.applyAsDouble(points.get(i));
            Arrays.fill(barX, 3 * i, 3 * i + 3, x[i]);
            barY[3 * i] = y[i] - half;
            barY[3 * i + 1] = y[i] + half;
            barY[3 * i + 2] = Double.NaN; // a gap before the next bar
        }
        return List.of(
                Series.line(name, x, y).styled(style),
                Series.points("", x, y).styled(style),
                Series.line("", barX, barY).styled(style));
    }

    private static void require(Recall... recalls) {
        if (recalls.length == 0) {
            throw new IllegalArgumentException("nothing to show: expected at least one Recall");
        }
        List<double[]> first = base(recalls[0]);
        for (Recall recall : recalls) {
            List<double[]> other = base(recall);
            boolean same = recall.base().equals(recalls[0].base()) && first.size() == other.size();
            for (int i = 0; same && i < first.size(); i++) {
                same = Arrays.equals(first.get(i), other.get(i));
            }
            if (!same) {
                throw new IllegalArgumentException(recall.other()
                        + " was measured against another first model, at other distances or on other samples than "
                        + recalls[0].other());
            }
        }
    }

    private static List<double[]> base(Recall recall) {
        return recall.points().stream()
                .map(p -> new double[] {p.distance(), p.base(), p.baseError()})
                .toList();
    }
}
