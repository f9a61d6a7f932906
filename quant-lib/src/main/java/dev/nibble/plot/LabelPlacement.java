package dev.nibble.plot;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Finds for the label of each point a side where it covers no other: above, below, right, left, in that order, first
 * come first served. Works on a nominal plot of 600 x 300 pixels with 7 pixels a letter.
 */
final class LabelPlacement {
    private static final double WIDTH = 600;
    private static final double HEIGHT = 300;
    private static final double LETTER = 7;
    private static final double LINE = 16;
    private static final double GAP = 10;

    /** More labels than this cover each other wherever they stand. */
    private static final int MANY = 200;

    /** The sides, in Plotly's words, as offsets of the text's centre in units of its half size plus a gap. */
    enum Side {
        ABOVE("top center", 0, -1),
        BELOW("bottom center", 0, 1),
        RIGHT("middle right", 1, 0),
        LEFT("middle left", -1, 0);

        private final String plotly;
        private final int dx;
        private final int dy;

        Side(String plotly, int dx, int dy) {
            this.plotly = plotly;
            this.dx = dx;
            this.dy = dy;
        }

        int dx() {
            return dx;
        }

        int dy() {
            return dy;
        }
    }

    private record Box(double left, double top, double right, double bottom) {
        double overlap(Box o) {
            double w = Math.min(right, o.right) - Math.max(left, o.left);
            double h = Math.min(bottom, o.bottom) - Math.max(top, o.top);
            return w > 0 && h > 0 ? w * h : 0;
        }

        double outside() {
            return Math.max(0, -left) + Math.max(0, right - WIDTH);
        }
    }

    private LabelPlacement() {}

    static List<String> plotly(Chart chart) {
        return sides(chart).stream().map(s -> s.plotly).toList();
    }

    /** A side for each label of each labelled series, in order. */
    static List<Side> sides(Chart chart) {
        int labels = chart.series().stream().mapToInt(s -> s.labels().size()).sum();
        if (labels > MANY) {
            return Collections.nCopies(labels, Side.ABOVE);
        }
        double[] xRange = range(chart, true);
        double[] yRange = range(chart, false);
        List<Box> taken = new ArrayList<>();
        for (Series s : chart.series()) {
            if (s.labels().isEmpty()) {
                continue;
            }
            for (int i = 0; i < s.size(); i++) {
                double x = at(s.x(i, chart.x()), chart.x().log(), xRange) * WIDTH;
                double y = HEIGHT - at(s.y(i, chart.y()), chart.y().log(), yRange) * HEIGHT;
                taken.add(new Box(x - 5, y - 5, x + 5, y + 5));
            }
        }
        List<Side> sides = new ArrayList<>();
        int point = 0;
        for (Series s : chart.series()) {
            for (int i = 0; i < s.labels().size(); i++, point++) {
                Box mark = taken.get(point);
                double halfWidth = s.labels().get(i).length() * LETTER / 2;
                Side best = Side.ABOVE;
                Box bestBox = null;
                double bestCost = Double.POSITIVE_INFINITY;
                for (Side side : Side.values()) {
                    double x = (mark.left + mark.right) / 2 + side.dx * (halfWidth + GAP);
                    double y = (mark.top + mark.bottom) / 2 + side.dy * (LINE / 2 + GAP);
                    Box box = new Box(x - halfWidth, y - LINE / 2, x + halfWidth, y + LINE / 2);
                    double cost = 10 * box.outside();
                    for (Box other : taken) {
                        cost += box.overlap(other);
                    }
                    if (cost < bestCost) {
                        bestCost = cost;
                        best = side;
                        bestBox = box;
                    }
                }
                sides.add(best);
                if (bestBox != null) {
                    taken.add(bestBox);
                }
            }
        }
        return sides;
    }

    private static double at(double value, boolean log, double[] range) {
        double v = log ? Math.log10(value) : value;
        return Double.isFinite(v) && range[1] > range[0] ? (v - range[0]) / (range[1] - range[0]) : 0.5;
    }

    private static double[] range(Chart chart, boolean horizontal) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        Axis axis = horizontal ? chart.x() : chart.y();
        for (Series s : chart.series()) {
            for (int i = 0; i < s.size(); i++) {
                double v = horizontal ? s.x(i, axis) : s.y(i, axis);
                v = axis.log() ? Math.log10(v) : v;
                if (Double.isFinite(v)) {
                    low = Math.min(low, v);
                    high = Math.max(high, v);
                }
            }
        }
        double margin = (high - low) * 0.06;
        return new double[] {low - margin, high + margin};
    }
}
