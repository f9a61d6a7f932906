package dev.nibble.plot;

import java.awt.geom.Line2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Where the texts of a chart's points stand, so that they cover neither lines nor marks nor one another as far as that
 * can be had. Decided once, on a plot of usual size, for everyone who draws the chart.
 */
final class LabelPlaces {
    /** Sides of a mark that a text can stand on, the most usual first. */
    enum Place {
        ABOVE(0, 1, "top center"),
        ABOVE_RIGHT(1, 1, "top right"),
        RIGHT(1, 0, "middle right"),
        BELOW_RIGHT(1, -1, "bottom right"),
        BELOW_LEFT(-1, -1, "bottom left"),
        LEFT(-1, 0, "middle left"),
        ABOVE_LEFT(-1, 1, "top left"),
        BELOW(0, -1, "bottom center");

        private final int right;
        private final int up;
        private final String plotly;

        Place(int right, int up, String plotly) {
            this.right = right;
            this.up = up;
            this.plotly = plotly;
        }

        /** 1 for a text that begins right of the mark, -1 for one that ends left of it, 0 for one in its middle. */
        int right() {
            return right;
        }

        /** 1 for above, -1 for below, 0 for the mark's own height. */
        int up() {
            return up;
        }

        /** What Plotly calls it. */
        String plotly() {
            return plotly;
        }
    }

    // a plot of the picture, in pixels, and a text of 11 points in it
    private static final double WIDTH = 520;
    private static final double HEIGHT = 330;
    private static final double LETTER = 6.6;
    private static final double LINE = 13;
    /** Room that axes leave around the points, as a share. */
    private static final double MARGIN = 0.07;

    private final Chart chart;
    private final double[] x;
    private final double[] y;
    private final List<Rectangle2D> marks = new ArrayList<>();
    private final List<Line2D> lines = new ArrayList<>();
    private final List<Rectangle2D> texts = new ArrayList<>();
    private final Map<Series, List<Place>> places = new HashMap<>();

    private LabelPlaces(Chart chart) {
        this.chart = chart;
        x = range(true);
        y = range(false);
        chart.series().forEach(this::draw);
        chart.series().stream().filter(LabelPlaces::isFree).forEach(this::place);
    }

    /** The places of the texts of each series whose texts are not on its marks. */
    static LabelPlaces of(Chart chart) {
        return new LabelPlaces(chart);
    }

    private static boolean isFree(Series s) {
        return !s.labels().isEmpty() && !s.labelsInside();
    }

    /** Of each point; those of an axis with names are all above, or all below. */
    List<Place> of(Series s) {
        if (!chart.y().categories().isEmpty()) {
            Place all = s.labelsBelow(chart.y()) ? Place.BELOW : Place.ABOVE;
            return s.labels().stream().map(label -> all).toList();
        }
        return places.getOrDefault(s, List.of());
    }

    private static double scaled(double value, Axis axis) {
        double shown = axis.shown(value);
        return axis.log() ? Math.log10(shown) : shown;
    }

    private double[] range(boolean horizontal) {
        Axis axis = horizontal ? chart.x() : chart.y();
        double[] values = chart.series().stream()
                .flatMapToDouble(s -> Arrays.stream(horizontal ? s.x() : s.y()))
                .map(v -> scaled(v, axis))
                .filter(Double::isFinite)
                .toArray();
        double low = Arrays.stream(values).min().orElse(0);
        double high = Arrays.stream(values).max().orElse(1);
        double room = high > low ? MARGIN * (high - low) : 1;
        return new double[] {low - room, high + room};
    }

    private Point2D at(Series s, int i) {
        double right = (scaled(s.x(i, chart.x()), chart.x()) - x[0]) / (x[1] - x[0]);
        double up = (scaled(s.y(i, chart.y()), chart.y()) - y[0]) / (y[1] - y[0]);
        return new Point2D.Double(WIDTH * right, HEIGHT * (1 - up));
    }

    private static boolean isSomewhere(Point2D p) {
        return Double.isFinite(p.getX()) && Double.isFinite(p.getY());
    }

    private void draw(Series s) {
        double size = s.style().markSize();
        Point2D before = null;
        for (int i = 0; i < s.size(); i++) {
            Point2D p = at(s, i);
            if (s.kind() == Series.Kind.POINTS && isSomewhere(p)) {
                marks.add(new Rectangle2D.Double(p.getX() - size / 2, p.getY() - size / 2, size, size));
            } else if (s.kind() == Series.Kind.LINE && before != null && isSomewhere(p) && isSomewhere(before)) {
                lines.add(new Line2D.Double(before, p));
            }
            before = p;
        }
    }

    private void place(Series s) {
        places.put(
                s,
                IntStream.range(0, s.size())
                        .mapToObj(i -> place(s, at(s, i), s.labels().get(i)))
                        .toList());
    }

    private Place place(Series s, Point2D p, String label) {
        if (label.isEmpty() || !isSomewhere(p)) {
            return Place.ABOVE;
        }
        Place best = Place.ABOVE;
        double least = Double.POSITIVE_INFINITY;
        double wish = 0;
        for (Place place : Place.values()) {
            double cost = cost(text(s, p, label, place)) + wish;
            wish += 0.1; // the usual places come first
            if (cost < least) {
                least = cost;
                best = place;
            }
        }
        texts.add(text(s, p, label, best));
        return best;
    }

    private static Rectangle2D text(Series s, Point2D p, String label, Place place) {
        double width = LETTER * label.length();
        double half = s.style().markSize() / 2;
        double left = p.getX() + place.right() * (half + 4) - (1 - place.right()) * width / 2;
        double middle = p.getY() - place.up() * (half + (place.right() == 0 ? 8 : 5));
        return new Rectangle2D.Double(left, middle - LINE / 2, width, LINE);
    }

    private double cost(Rectangle2D text) {
        boolean outside = !new Rectangle2D.Double(0, 0, WIDTH, HEIGHT).contains(text);
        long covered = marks.stream().filter(text::intersects).count();
        long crossed = lines.stream().filter(line -> line.intersects(text)).count();
        long mixed = texts.stream().filter(text::intersects).count();
        return (outside ? 8 : 0) + 3 * covered + 2 * crossed + 5 * mixed;
    }
}
