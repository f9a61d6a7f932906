package dev.nibble.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Charts as text, for terminals: bars, the outlines of histograms, and marks on number lines. Of other charts little
 * would be left in lines of characters; who shows them takes {@link Chart#png()}.
 */
public final class ChartText {
    /** Bars, counted over all series: more are no picture but a list. */
    private static final int MAX_BARS = 40;

    private static final int MAX_HISTOGRAMS = 6;
    private static final int MAX_LINES = 12;
    private static final int NARROWEST = 30;
    /** Wider pictures are no clearer. */
    private static final int WIDEST = 160;

    /** Eighths of a character, from below and from the left. */
    private static final String UP = " ▁▂▃▄▅▆▇█";

    private static final String RIGHT = " ▏▎▍▌▋▊▉█";
    private static final int EIGHTHS = 8;
    private static final String MARKS = "│●▲■◆+";

    private ChartText() {}

    /**
     * The chart in lines, its title first; empty if it is none of those that read well as text, or if the width is less
     * than 30.
     *
     * @param columns characters in a line; of more than 160 the first 160 are used
     */
    public static Optional<String> of(Chart chart, int columns) {
        int width = Math.min(columns, WIDEST);
        if (width < NARROWEST || chart.series().isEmpty()) {
            return Optional.empty();
        }
        List<String> lines;
        if (!chart.y().categories().isEmpty()) {
            lines = numberLines(chart, width);
        } else if (isAll(chart, Series.Kind.BARS)) {
            lines = bars(chart, width);
        } else if (isAll(chart, Series.Kind.STEPS)) {
            lines = histograms(chart, width);
        } else {
            lines = List.of();
        }
        return lines.isEmpty() ? Optional.empty() : Optional.of(chart.title() + "\n" + String.join("\n", lines));
    }

    private static boolean isAll(Chart chart, Series.Kind kind) {
        return chart.series().stream().allMatch(s -> s.kind() == kind);
    }

    // ---- bars: one line each

    private static List<String> bars(Chart chart, int width) {
        int count = chart.series().stream().mapToInt(Series::size).sum();
        double[] values = chart.series().stream()
                .flatMapToDouble(s -> Arrays.stream(s.y()))
                .filter(Double::isFinite)
                .toArray();
        if (count > MAX_BARS || values.length == 0 || Arrays.stream(values).anyMatch(v -> v < 0)) {
            return List.of();
        }
        boolean log = chart.y().log();
        double[] range = range(Arrays.stream(values), log);
        // A logarithm has no zero to begin at: the smallest bar is one character long.
        double from = log ? range[0] : 0;
        var names = new ArrayList<String>();
        var lengths = new ArrayList<Double>();
        var texts = new ArrayList<String>();
        for (int i = 0; i < chart.series().getFirst().size(); i++) {
            for (Series series : chart.series()) {
                if (i < series.size()) {
                    names.add(name(chart, series, i));
                    lengths.add(series.y(i, chart.y()));
                    texts.add(Double.isNaN(lengths.getLast()) ? "" : Numbers.text(series.y(i, chart.y())));
                }
            }
        }
        int named = names.stream().mapToInt(String::length).max().orElse(0);
        int written = texts.stream().mapToInt(String::length).max().orElse(0);
        int room = width - named - written - 2;
        if (room < EIGHTHS) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        for (int i = 0; i < names.size(); i++) {
            double share = share(lengths.get(i), from, range[1], log);
            double filled = log ? 1 + share * (room - 1) : share * room;
            lines.add((pad(names.get(i), named) + " " + bar(Double.isNaN(filled) ? 0 : filled) + " " + texts.get(i))
                    .stripTrailing());
        }
        lines.add(pad("", named) + " " + chart.y().title() + (log ? ", logarithmic" : ""));
        return lines;
    }

    private static String name(Chart chart, Series series, int i) {
        List<String> names = chart.x().categories();
        String at = names.isEmpty() ? Numbers.text(series.x()[i]) : names.get((int) series.x()[i]);
        boolean several = chart.series().size() > 1 && !series.name().isEmpty();
        return several ? at + " " + series.name() : at;
    }

    private static String bar(double length) {
        int eighths = (int) Math.round(length * EIGHTHS);
        String whole = "█".repeat(eighths / EIGHTHS);
        return eighths % EIGHTHS == 0 ? whole : whole + RIGHT.charAt(eighths % EIGHTHS);
    }

    // ---- histograms: one below the other, on one axis

    private static List<String> histograms(Chart chart, int width) {
        List<Series> all = chart.series();
        double[] y = range(
                all.stream().flatMapToDouble(s -> Arrays.stream(s.y(), 0, Math.max(0, s.size() - 1))),
                chart.y().log());
        double[] x = range(
                all.stream().flatMapToDouble(s -> Arrays.stream(s.x())),
                chart.x().log());
        if (all.size() > MAX_HISTOGRAMS || y.length == 0 || x.length == 0 || x[0] == x[1]) {
            return List.of();
        }
        int height = all.size() == 1 ? 8 : 3;
        var lines = new ArrayList<String>();
        for (Series series : all) {
            double[] tops = tops(series, chart, x, width);
            double from = chart.y().log() ? y[0] : 0;
            if (!series.name().isEmpty()) {
                lines.add(series.name() + ", up to "
                        + Numbers.text(Arrays.stream(tops)
                                .filter(Double::isFinite)
                                .max()
                                .orElse(Double.NaN)));
            }
            for (int row = height - 1; row >= 0; row--) {
                var line = new StringBuilder();
                for (double top : tops) {
                    double share = share(top, from, y[1], chart.y().log());
                    // What is there at all is seen.
                    double rows = Double.isNaN(share) || top == 0 ? 0 : Math.max(share * height, 1.0 / EIGHTHS);
                    line.append(UP.charAt((int) Math.round(Math.clamp(rows - row, 0, 1) * EIGHTHS)));
                }
                lines.add(line.toString().stripTrailing());
            }
            lines.add("─".repeat(width));
        }
        lines.add(scale(chart.x(), x, width));
        lines.add("up: " + chart.y().title() + (chart.y().log() ? ", logarithmic" : ""));
        return lines;
    }

    /** The highest value of a histogram in each column. */
    private static double[] tops(Series series, Chart chart, double[] x, int width) {
        double[] tops = new double[width];
        for (int i = 0; i + 1 < series.size(); i++) {
            double from = share(series.x(i, chart.x()), x[0], x[1], chart.x().log()) * width;
            double to = share(series.x(i + 1, chart.x()), x[0], x[1], chart.x().log()) * width;
            double value = series.y(i, chart.y());
            if (!(to > from) || Double.isNaN(value)) {
                continue;
            }
            // A bin narrower than a column still has the column in which its middle lies.
            int middle = (int) Math.floor((from + to) / 2);
            int first = Math.min(width - 1, Math.min((int) Math.round(from), middle));
            int last = Math.max(first + 1, Math.min(width, (int) Math.round(to)));
            for (int column = Math.max(first, 0); column < last; column++) {
                tops[column] = Math.max(tops[column], value);
            }
        }
        return tops;
    }

    // ---- number lines: one for each name of the vertical axis

    private static List<String> numberLines(Chart chart, int width) {
        List<Series> marked = chart.series().stream()
                .filter(s -> s.kind() == Series.Kind.POINTS)
                .toList();
        boolean others =
                chart.series().stream().anyMatch(s -> s.kind() == Series.Kind.BARS || s.kind() == Series.Kind.STEPS);
        double[] x = range(
                marked.stream().flatMapToDouble(s -> Arrays.stream(s.x())),
                chart.x().log());
        List<String> names = chart.y().categories();
        int named = names.stream().mapToInt(String::length).max().orElse(0);
        int room = width - named - 1;
        if (others || names.size() > MAX_LINES || x.length == 0 || x[0] == x[1] || room < NARROWEST / 2) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        // Upwards, as the axis goes.
        for (int k = names.size() - 1; k >= 0; k--) {
            int row = k;
            char[] line = "─".repeat(room).toCharArray();
            char[] labels = " ".repeat(room).toCharArray();
            for (int s = 0; s < marked.size(); s++) {
                Series series = marked.get(s);
                char mark = MARKS.charAt(s % MARKS.length());
                IntStream.range(0, series.size())
                        .filter(i -> Math.round(series.y()[i]) == row)
                        .forEach(i -> put(series, i, mark, chart.x(), x, line, labels));
            }
            lines.add(pad(names.get(k), named) + " " + new String(line));
            if (!new String(labels).isBlank()) {
                lines.add((pad("", named) + " " + new String(labels)).stripTrailing());
            }
        }
        lines.add(pad("", named) + " " + scale(chart.x(), x, room));
        List<String> legend = IntStream.range(0, marked.size())
                .filter(s -> !marked.get(s).name().isEmpty())
                .mapToObj(s ->
                        MARKS.charAt(s % MARKS.length()) + " " + marked.get(s).name())
                .toList();
        if (!legend.isEmpty()) {
            lines.add(String.join("   ", legend));
        }
        return lines;
    }

    private static void put(Series series, int i, char mark, Axis axis, double[] x, char[] line, char[] labels) {
        double share = share(series.x(i, axis), x[0], x[1], axis.log());
        if (Double.isNaN(share)) {
            return;
        }
        int at = (int) Math.round(share * (line.length - 1));
        line[at] = mark;
        if (series.labels().isEmpty()) {
            return;
        }
        String label = series.labels().get(i);
        int begin = Math.clamp(at - label.length() / 2, 0, Math.max(0, labels.length - label.length()));
        int end = begin + label.length();
        boolean free = end <= labels.length
                && IntStream.range(Math.max(0, begin - 1), Math.min(labels.length, end + 1))
                        .allMatch(k -> labels[k] == ' ');
        if (free) {
            label.getChars(0, label.length(), labels, begin);
        }
    }

    // ---- axes

    /** The smallest and largest value that an axis can show; empty if there is none. */
    private static double[] range(DoubleStream values, boolean log) {
        double[] shown =
                values.filter(v -> Double.isFinite(v) && (!log || v > 0)).toArray();
        return shown.length == 0
                ? shown
                : new double[] {
                    Arrays.stream(shown).min().getAsDouble(),
                    Arrays.stream(shown).max().getAsDouble()
                };
    }

    /** Where a value lies between two others, 0 to 1; NaN for a gap. */
    private static double share(double value, double from, double to, boolean log) {
        if (Double.isNaN(value) || (log && value <= 0)) {
            return Double.NaN;
        }
        if (to == from) {
            return 1;
        }
        return log
                ? (StrictMath.log(value) - StrictMath.log(from)) / (StrictMath.log(to) - StrictMath.log(from))
                : (value - from) / (to - from);
    }

    /** Both ends of an axis with its name between them. */
    private static String scale(Axis axis, double[] range, int width) {
        String left = Numbers.text(range[0]);
        String right = Numbers.text(range[1]);
        String middle = axis.title() + (axis.log() ? ", logarithmic" : "");
        int room = width - left.length() - right.length();
        if (room < middle.length() + 2) {
            return left + " ".repeat(Math.max(1, room)) + right;
        }
        int before = (room - middle.length()) / 2;
        return left + " ".repeat(before) + middle + " ".repeat(room - middle.length() - before) + right;
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
