package dev.nibble.plot;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.checkpoint.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import tech.tablesaw.plotly.components.Figure;

/**
 * What a chart shows, whoever draws it: {@link #plotly()}, {@link #figure()} and {@link #png()} draw the same one.
 *
 * @param title one line
 * @param x the horizontal axis
 * @param y the vertical axis
 * @param series what is drawn, in the order of the legend; at most 5,000 points together
 */
public record Chart(String title, Axis x, Axis y, List<Series> series) {
    /** Points of all series together. */
    public static final int MAX_POINTS = 5_000;

    /** Size of the Plotly JSON, UTF-8. */
    public static final int MAX_BYTES = 200_000;

    private static final String REMEDY = ": bin the values (Histogram) or take a sample first";

    /**
     * @throws IllegalArgumentException if it has more than 5,000 points or 200,000 bytes, if bars are mixed with other
     *     kinds, or if a point has no category
     */
    public Chart {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(x, "x");
        Objects.requireNonNull(y, "y");
        series = List.copyOf(series);
        long points = series.stream().mapToLong(Series::size).sum();
        if (points > MAX_POINTS) {
            throw new IllegalArgumentException(
                    "chart \"" + title + "\" has " + points + " points, the limit is " + MAX_POINTS + REMEDY);
        }
        long bars = series.stream().filter(s -> s.kind() == Series.Kind.BARS).count();
        if (bars != 0 && bars != series.size()) {
            throw new IllegalArgumentException("chart \"" + title + "\" mixes bars with other kinds of series");
        }
        checkCategories(title, x, series);
        long bytes = PlotlyJson.bytes(title, x, y, series);
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "chart \"" + title + "\" takes " + bytes + " bytes, the limit is " + MAX_BYTES + REMEDY);
        }
    }

    private static void checkCategories(String title, Axis x, List<Series> series) {
        if (x.categories().isEmpty()) {
            return;
        }
        for (Series s : series) {
            for (double at : s.x()) {
                if (!(at >= 0 && at < x.categories().size() && at == Math.rint(at))) {
                    throw new IllegalArgumentException("chart \"" + title + "\", series \"" + s.name() + "\": x = " + at
                            + " is none of the " + x.categories().size() + " categories");
                }
            }
        }
    }

    /** For Plotly: an object with {@code data}, {@code layout} and {@code config}. */
    public ObjectNode plotly() {
        return PlotlyJson.of(this);
    }

    /** For people who work with Tablesaw; the figure's own {@code asJavascript} draws it too. */
    public Figure figure() {
        return JsplotFigures.of(this);
    }

    /** A picture, 810 x 483 pixels, on a light background. */
    public byte[] png() {
        return ChartPng.draw(this);
    }

    /**
     * Writes {@link #png()}; nothing half-written stays behind.
     *
     * @throws IOException if its folder can not be made
     * @throws dev.nibble.checkpoint.CheckpointException if the file can not be written, as on a full disk
     */
    public Path savePng(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        OutputFile.write(file, png());
        return file;
    }

    /** One sentence for those who cannot see the picture. */
    public String description() {
        StringBuilder text = new StringBuilder("Chart: ").append(title);
        String up = y.title().isEmpty() ? String.join(", ", y.categories()) : y.title();
        text.append("; ").append(up).append(" against ").append(x.title());
        if (!series.isEmpty()) {
            text.append("; ")
                    .append(String.join(
                            ", ",
                            series.stream()
                                    .map(Series::name)
                                    .filter(n -> !n.isEmpty())
                                    .limit(20)
                                    .toList()));
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return description();
    }
}
