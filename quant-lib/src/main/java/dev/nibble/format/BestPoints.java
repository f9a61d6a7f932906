package dev.nibble.format;

import dev.nibble.core.CancelToken;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The scale with which points of a grid fit given weights best, found exactly. Under a scale s a group of weights x loses
 * Σx² − 2s·(x·p) + s²·|p|² with the point p, so its nearest point is the lowest of straight lines in s, −2(x·p) + s·|p|²;
 * which one that is changes only at the corners of their lower envelope. All corners of all groups are walked from large
 * scales to small ones, as {@link BestScale} walks the boundaries of levels.
 *
 * @param scale the best scale; 0 if nothing is better than zeros
 * @param squaredError sum of the squared errors with it
 */
public record BestPoints(double scale, double squaredError) {
    /** Weights of which {@link PointRun.Signs#EVEN} speaks. */
    private static final int OCTET = 8;

    /**
     * The best scale for the weights of a run.
     *
     * @param x all weights of the run, finite
     * @param scales the scales that may be chosen
     */
    public static BestPoints of(float[] x, PointRun run, ScaleSet scales, CancelToken cancel) {
        Search search = new Search(scales);
        for (float[] book : run.books()) {
            for (int sign = 1; sign >= -1; sign -= 2) {
                cancel.check("search for the best scale");
                search.walk(groups(x, run, book, sign), sign);
            }
        }
        double energy = BestScale.energy(BestScale.doubles(x));
        return new BestPoints(search.scale, Math.max(0, energy - search.gain));
    }

    /** A point as a line: x·p with the best signs that it may have, and |p|². */
    private record Line(double product, double square) {}

    /** The lines of what can be chosen apart: points, or all points of eight weights whose signs depend on each other. */
    private static List<List<Line>> groups(float[] x, PointRun run, float[] book, int sign) {
        int size = run.size();
        boolean even = run.signs() == PointRun.Signs.EVEN;
        List<List<Line>> groups = new ArrayList<>();
        for (int octet = 0; octet < x.length; octet += even ? OCTET : size) {
            boolean oneWrong = even && minuses(x, octet, sign) % 2 == 1;
            if (oneWrong) {
                List<Line> lines = new ArrayList<>();
                for (int wrong = 0; wrong < OCTET; wrong += size) {
                    lines.addAll(together(x, octet, book, run, sign, wrong));
                }
                groups.add(lines);
            } else {
                for (int at = octet; at < octet + (even ? OCTET : size); at += size) {
                    groups.add(lines(x, at, book, run, sign, false));
                }
            }
        }
        return groups;
    }

    private static int minuses(float[] x, int at, int sign) {
        int minuses = 0;
        for (int i = at; i < at + OCTET; i++) {
            minuses += x[i] * sign < 0 ? 1 : 0;
        }
        return minuses;
    }

    /** All that eight weights can be on an envelope, a weight of the point at {@code wrong} having the sign it should not have. */
    private static List<Line> together(float[] x, int octet, float[] book, PointRun run, int sign, int wrong) {
        List<Line> sums = List.of(new Line(0, 0));
        for (int at = 0; at < OCTET; at += run.size()) {
            List<Line> longer = new ArrayList<>();
            for (Line line : envelope(lines(x, octet + at, book, run, sign, at == wrong))) {
                for (Line sum : sums) {
                    longer.add(new Line(sum.product + line.product, sum.square + line.square));
                }
            }
            sums = longer;
        }
        return sums;
    }

    private static List<Line> lines(float[] x, int at, float[] book, PointRun run, int sign, boolean oneWrong) {
        List<Line> lines = new ArrayList<>();
        for (int point = 0; point < book.length; point += run.size()) {
            double product = 0;
            double square = 0;
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i < run.size(); i++) {
                double p = book[point + i];
                double term = (double) x[at + i] * sign * p;
                term = run.signs() == PointRun.Signs.NONE ? term : Math.abs(term);
                product += term;
                square += p * p;
                least = Math.min(least, term);
            }
            lines.add(new Line(oneWrong ? product - 2 * least : product, square));
        }
        return lines;
    }

    /** The lowest lines for scales from infinity down to 0. */
    private static List<Line> envelope(List<Line> lines) {
        List<Line> sorted = new ArrayList<>(lines);
        sorted.sort(Comparator.comparingDouble(Line::square)
                .thenComparing(Comparator.comparingDouble(Line::product).reversed()));
        List<Line> hull = new ArrayList<>();
        for (Line line : sorted) {
            if (!hull.isEmpty() && line.product <= hull.getLast().product) {
                continue; // longer and no nearer to the direction of the weights
            }
            while (hull.size() > 1
                    && crossing(hull.getLast(), line) >= crossing(hull.get(hull.size() - 2), hull.getLast())) {
                hull.removeLast();
            }
            hull.add(line);
        }
        return hull;
    }

    /** The scale at which two lines cross. */
    private static double crossing(Line before, Line after) {
        return 2 * (after.product - before.product) / (after.square - before.square);
    }

    /** A corner: from this scale down, one group has another point. */
    private record Corner(double scale, double product, double square) {}

    private static final class Search {
        private final ScaleSet scales;
        private double gain;
        private double scale;

        Search(ScaleSet scales) {
            this.scales = scales;
            this.scale = scales.nearest(0);
            this.gain = scale == 0 ? 0 : Double.NEGATIVE_INFINITY;
        }

        void walk(List<List<Line>> groups, int sign) {
            double product = 0;
            double square = 0;
            List<Corner> corners = new ArrayList<>();
            for (List<Line> lines : groups) {
                List<Line> envelope = envelope(lines);
                product += envelope.getFirst().product;
                square += envelope.getFirst().square;
                for (int k = 1; k < envelope.size(); k++) {
                    Line before = envelope.get(k - 1);
                    Line after = envelope.get(k);
                    corners.add(new Corner(
                            crossing(before, after), after.product - before.product, after.square - before.square));
                }
            }
            corners.sort(Comparator.comparingDouble(Corner::scale).reversed());
            offer(product, square, sign);
            for (Corner corner : corners) {
                product += corner.product;
                square += corner.square;
                offer(product, square, sign);
            }
        }

        private void offer(double product, double square, int sign) {
            double s = scales.nearest(square > 0 ? sign * product / square : 0);
            double found = 2 * sign * s * product - s * s * square;
            if (found > gain) {
                gain = found;
                scale = s;
            }
        }
    }
}
