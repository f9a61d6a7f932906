package dev.nibble.plot;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One named set of points of a {@link Chart}.
 *
 * @param name as the legend says it; a recipe gets its own colour everywhere
 * @param kind how the points are drawn
 * @param x positions; with a categorical axis, indices of its categories
 * @param y values, as many as {@code x}; NaN and infinities are gaps
 * @param style colour and marks
 * @param labels a short text at each point, beside small marks and on large ones; empty for none
 */
public record Series(String name, Kind kind, double[] x, double[] y, SeriesStyle style, List<String> labels) {
    /** How the points of a series are drawn. */
    public enum Kind {
        /** Joined by straight lines. */
        LINE,
        /** A histogram's outline: {@code y[i]} holds from {@code x[i]} to {@code x[i + 1]}. */
        STEPS,
        /** Separate marks. */
        POINTS,
        /** Bars from zero, centred on {@code x}; all series of a chart are bars, or none. */
        BARS
    }

    public Series {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(style, "style");
        x = x.clone();
        y = y.clone();
        if (x.length != y.length) {
            throw new IllegalArgumentException("series \"" + name + "\" has " + x.length + " x and " + y.length + " y");
        }
        labels = List.copyOf(labels);
        if (!labels.isEmpty() && (kind != Kind.POINTS || labels.size() != x.length)) {
            throw new IllegalArgumentException("series \"" + name + "\": " + labels.size() + " labels for " + x.length
                    + " points; only separate marks have labels, each one its own");
        }
    }

    /** A series without labels. */
    public Series(String name, Kind kind, double[] x, double[] y, SeriesStyle style) {
        this(name, kind, x, y, style, List.of());
    }

    /** Points joined by straight lines; {@code x} and {@code y} are of one length, NaN and infinities are gaps. */
    public static Series line(String name, double[] x, double[] y) {
        return new Series(name, Kind.LINE, x, y, SeriesStyle.of(name));
    }

    /**
     * The outline of a histogram: {@code y[i]} holds from {@code x[i]} to {@code x[i + 1]}; the last {@code y} is not drawn.
     */
    public static Series steps(String name, double[] x, double[] y) {
        return new Series(name, Kind.STEPS, x, y, SeriesStyle.of(name));
    }

    /** Separate marks, one for each {@code x} and {@code y}. */
    public static Series points(String name, double[] x, double[] y) {
        return new Series(name, Kind.POINTS, x, y, SeriesStyle.of(name));
    }

    /** Bars from 0 to {@code y[i]}, centred on {@code x[i]}. */
    public static Series bars(String name, double[] x, double[] y) {
        return new Series(name, Kind.BARS, x, y, SeriesStyle.of(name));
    }

    /** The same points in another style. */
    public Series styled(SeriesStyle other) {
        return new Series(name, kind, x, y, other, labels);
    }

    /** The same points with a text at each. */
    public Series labelled(List<String> texts) {
        return new Series(name, kind, x, y, style, texts);
    }

    /** Whether the labels stand on the marks, which are large enough, instead of above them. */
    boolean labelsInside() {
        return style.markSize() >= 16;
    }

    /** Whether the labels stand below the marks: on the lowest line of an axis with names, where no line comes from below. */
    boolean labelsBelow(Axis y) {
        return !labels.isEmpty()
                && !labelsInside()
                && y.categories().size() > 1
                && Arrays.stream(this.y).allMatch(v -> v == 0);
    }

    /** Copies; a chart does not change after it is made. */
    @Override
    public double[] x() {
        return x.clone();
    }

    @Override
    public double[] y() {
        return y.clone();
    }

    int size() {
        return x.length;
    }

    /** {@code x[i]} as the axis shows it, NaN for a gap. */
    double x(int i, Axis axis) {
        return axis.shown(x[i]);
    }

    double y(int i, Axis axis) {
        return axis.shown(y[i]);
    }
}
