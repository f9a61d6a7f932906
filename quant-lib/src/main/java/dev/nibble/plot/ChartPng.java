package dev.nibble.plot;

import dev.nibble.plot.Series.Kind;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.AxesChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws a {@link Chart} as a PNG, for every place where nothing may run: light background with a margin, so that it
 * also reads on a dark page. Needs no display.
 */
final class ChartPng {
    static final int WIDTH = 720;
    static final int HEIGHT = 430;

    /** JupyterLab's Plotly renderer shows a picture pixel by pixel, whatever its metadata say: it has to fit a page. */
    private static final double SCALE = 1.125;

    private static final Color INK = new Color(0x33, 0x33, 0x33);
    private static final Color GRID = new Color(0xdd, 0xdd, 0xdd);
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    private ChartPng() {}

    static byte[] draw(Chart chart) {
        BufferedImage image =
                new BufferedImage((int) (WIDTH * SCALE), (int) (HEIGHT * SCALE), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, image.getWidth(), image.getHeight());
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.scale(SCALE, SCALE);
            if (chart.series().stream().noneMatch(s -> drawable(s, chart) > 0)) {
                drawNothing(chart, g);
            } else {
                paint(chart, g);
            }
        } finally {
            g.dispose();
        }
        return compressed(image);
    }

    /** As small as PNG makes it: pictures go into notebooks that are kept under version control. */
    static byte[] compressed(BufferedImage image) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(0); // for PNG: the smallest file, without loss
            writer.setOutput(stream);
            writer.write(null, new IIOImage(FewColours.of(image), null, null), param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    private static long drawable(Series s, Chart chart) {
        return IntStream.range(0, s.size())
                .filter(i -> !Double.isNaN(s.x(i, chart.x())) && !Double.isNaN(s.y(i, chart.y())))
                .count();
    }

    private static void drawNothing(Chart chart, Graphics2D g) {
        g.setColor(INK);
        g.setFont(TEXT.deriveFont(Font.BOLD, 15f));
        g.drawString(chart.title(), 30, 40);
        g.setFont(TEXT);
        g.drawString("nothing to draw: no point has finite values on both axes", 30, 70);
    }

    private static void paint(Chart chart, Graphics2D g) {
        boolean categories =
                !chart.x().categories().isEmpty() || chart.series().stream().anyMatch(s -> s.kind() == Kind.BARS);
        AxesChart<?, ?> drawn = categories ? categories(chart) : points(chart);
        drawn.setTitle(chart.title());
        drawn.getStyler()
                .setChartTitleFont(titleFont(chart.title(), chart.series().size() > 1, g));
        drawn.setXAxisTitle(chart.x().title());
        drawn.setYAxisTitle(chart.y().title());
        drawn.paint(g, WIDTH, HEIGHT);
    }

    /** As large as the width allows; a title stands over the middle of the plot, to the left of a legend. */
    private static Font titleFont(String title, boolean legend, Graphics2D g) {
        Font font = TEXT.deriveFont(Font.BOLD, 15f);
        double room = legend ? 0.76 * WIDTH : WIDTH - 24.0;
        double width = g.getFontMetrics(font).stringWidth(title);
        return width <= room ? font : font.deriveFont((float) Math.max(8, Math.floor(15 * room / width)));
    }

    private static void style(AxesChartStyler styler, Chart chart) {
        styler.setLocale(Locale.ROOT);
        styler.setBaseFont(TEXT);
        styler.setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false)
                .setChartFontColor(INK)
                .setChartPadding(14)
                .setChartTitleBoxVisible(false)
                .setLegendFont(TEXT)
                .setLegendBorderColor(Color.WHITE)
                .setLegendBackgroundColor(Color.WHITE)
                .setLegendPosition(LegendPosition.OutsideE)
                .setLegendVisible(chart.series().size() > 1)
                .setAnnotationTextFont(TEXT)
                .setAnnotationTextFontColor(INK);
        styler.setAxisTitleFont(TEXT.deriveFont(13f));
        styler.setAxisTickLabelsFont(TEXT.deriveFont(11f));
        styler.setAxisTickLabelsColor(INK);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setAxisTickMarksColor(GRID);
        double size = chart.series().stream()
                .filter(s -> s.kind() == Kind.POINTS)
                .mapToDouble(s -> s.style().markSize())
                .max()
                .orElse(8);
        styler.setMarkerSize((int) Math.max(2, Math.round(size)));
        styler.setXAxisLogarithmic(chart.x().log());
        styler.setYAxisLogarithmic(chart.y().log());
        styler.setYAxisTickLabelsFormattingFunction(
                chart.y().categories().isEmpty() ? Numbers::text : v -> named(chart.y(), v));
    }

    /** The name of a whole number on an axis with names; nothing between them. */
    private static String named(Axis axis, double value) {
        int place = (int) Math.rint(value);
        boolean isOne = Math.abs(value - place) < 1e-9
                && place >= 0
                && place < axis.categories().size();
        return isOne ? axis.categories().get(place) : blank(value);
    }

    /** Nothing to be seen, but another nothing for each tick: XChart drops ticks whose texts are equal. */
    private static String blank(double value) {
        int bits = Math.floorMod((int) Math.round(value * 1000), 64);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            text.append((bits >>> i & 1) == 0 ? ' ' : '\u00a0');
        }
        return text.toString();
    }

    private static AxesChart<?, ?> categories(Chart chart) {
        CategoryChart drawn = new CategoryChart(WIDTH, HEIGHT, ChartTheme.XChart);
        style(drawn.getStyler(), chart);
        // XChart wants every series on the same positions
        double[] positions = chart.series().stream()
                .flatMapToDouble(s -> Arrays.stream(s.x()))
                .distinct()
                .sorted()
                .toArray();
        boolean numbers = chart.x().categories().isEmpty();
        List<String> names = Arrays.stream(positions)
                .mapToObj(
                        x -> numbers ? Numbers.text(x) : chart.x().categories().get((int) x))
                .toList();
        int letters = names.stream().mapToInt(String::length).sum();
        drawn.getStyler().setXAxisMaxLabelCount(positions.length > 30 ? 10 : positions.length);
        drawn.getStyler().setXAxisLabelRotation(letters > 70 ? 30 : 0);
        if (chart.series().size() == 1) {
            drawn.getStyler().setAvailableSpaceFill(0.98);
        }
        Set<String> used = new HashSet<>();
        for (Series s : chart.series()) {
            List<Double> values = new ArrayList<>();
            double[] x = s.x();
            for (double position : positions) {
                double value = Double.NaN;
                for (int i = 0; i < x.length; i++) {
                    if (x[i] == position) {
                        value = s.y(i, chart.y());
                    }
                }
                values.add(Double.isNaN(value) ? null : value);
            }
            Color colour = Color.decode(s.style().colour());
            CategorySeries series = drawn.addSeries(unused(s.name(), used), names, values);
            series.setChartCategorySeriesRenderStyle(
                    switch (s.kind()) {
                        case BARS -> CategorySeries.CategorySeriesRenderStyle.Bar;
                        case POINTS -> CategorySeries.CategorySeriesRenderStyle.Scatter;
                        case LINE, STEPS -> CategorySeries.CategorySeriesRenderStyle.Line;
                    });
            series.setFillColor(colour);
            series.setLineColor(colour);
            series.setLineStyle(stroke(s.style()));
            series.setMarker(marker(s.style().mark()));
            series.setMarkerColor(colour);
        }
        return drawn;
    }

    private static AxesChart<?, ?> points(Chart chart) {
        XYChart drawn = new XYChart(WIDTH, HEIGHT, ChartTheme.XChart);
        style(drawn.getStyler(), chart);
        drawn.getStyler().setXAxisTickLabelsFormattingFunction(Numbers::text);
        roundRanges(drawn, chart);
        LabelPlaces places = LabelPlaces.of(chart);
        Set<String> used = new HashSet<>();
        for (Series s : chart.series()) {
            if (drawable(s, chart) == 0) {
                continue;
            }
            double[][] xy = vertices(s, chart);
            XYSeries series = drawn.addSeries(unused(s.name(), used), xy[0], xy[1]);
            Color colour = Color.decode(s.style().colour());
            boolean lines = s.kind() != Kind.POINTS;
            series.setXYSeriesRenderStyle(
                    !lines
                            ? XYSeries.XYSeriesRenderStyle.Scatter
                            : s.style().filled() && !chart.y().log()
                                    ? XYSeries.XYSeriesRenderStyle.Area
                                    : XYSeries.XYSeriesRenderStyle.Line);
            series.setLineColor(colour);
            series.setLineStyle(stroke(s.style()));
            if (s.style().filled() && !chart.y().log()) {
                series.setFillColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 50));
            }
            boolean crowded = s.size() > 500;
            series.setMarkerColor(
                    crowded ? new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 110) : colour);
            series.setMarker(lines ? SeriesMarkers.NONE : marker(s.style().mark()));
            if (s.name().isEmpty()) {
                series.setShowInLegend(false);
            }
            label(drawn, s, chart, places);
        }
        return drawn;
    }

    private static void label(XYChart drawn, Series s, Chart chart, LabelPlaces places) {
        boolean inside = s.labelsInside();
        double half = s.style().markSize() / 2;
        for (int i = 0; i < s.labels().size(); i++) {
            double x = s.x(i, chart.x());
            double y = s.y(i, chart.y());
            if (Double.isFinite(x) && Double.isFinite(y)) {
                Color colour = inside ? Color.WHITE : INK;
                LabelPlaces.Place place = inside ? null : places.of(s).get(i);
                drawn.addAnnotation(new PointLabel(s.labels().get(i), x, y, place, half, colour, TEXT.deriveFont(11f)));
            }
        }
    }

    /** The polyline of a series; steps get their corners. */
    private static double[][] vertices(Series s, Chart chart) {
        int n = s.size();
        boolean steps = s.kind() == Kind.STEPS && n > 0;
        int count = steps ? 2 * n - 1 : n;
        double[][] xy = new double[2][count];
        for (int i = 0; i < count; i++) {
            int left = steps ? i / 2 : i;
            int right = steps ? (i + 1) / 2 : i;
            xy[0][i] = s.x(right, chart.x());
            xy[1][i] = s.y(left, chart.y());
        }
        boolean gapsInX = Arrays.stream(xy[0]).anyMatch(Double::isNaN);
        if (!gapsInX) {
            return xy;
        }
        int[] kept =
                IntStream.range(0, count).filter(i -> !Double.isNaN(xy[0][i])).toArray();
        return new double[][] {
            Arrays.stream(kept).mapToDouble(i -> xy[0][i]).toArray(),
            Arrays.stream(kept).mapToDouble(i -> xy[1][i]).toArray()
        };
    }

    /** XChart puts its ticks at round numbers only if the axis begins at one. */
    private static void roundRanges(XYChart drawn, Chart chart) {
        boolean marks = chart.series().stream().anyMatch(s -> s.kind() == Kind.POINTS);
        AxesChartStyler styler = drawn.getStyler();
        double[] x = rounded(range(chart, chart.x(), true), marks);
        double[] y = rounded(range(chart, chart.y(), false), marks);
        if (!chart.x().log()) {
            styler.setXAxisMin(x[0]).setXAxisMax(x[1]);
        }
        if (!chart.y().log()) {
            styler.setYAxisMin(y[0]).setYAxisMax(y[1]);
        } else if (marks) { // room for half a mark and its text
            double[] values = range(chart, chart.y(), false);
            double room = values[0] > 0 ? Math.pow(values[1] / values[0], 0.07) : 1;
            styler.setYAxisMin(values[0] / Math.max(room, 1.1)).setYAxisMax(values[1] * Math.max(room, 1.1));
        }
    }

    private static double[] rounded(double[] range, boolean withRoom) {
        double low = range[0];
        double high = range[1];
        double margin = withRoom || low == high ? (range[1] - range[0]) * 0.12 : 0;
        if (low == high) {
            margin = Math.max(1e-9, Math.abs(high) * 0.1);
        }
        double rough = (high - low + 2 * margin) / 8;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : rough / power < 7.5 ? 5 : 10) * power;
        return new double[] {Math.floor((low - margin) / step) * step, Math.ceil((high + margin) / step) * step};
    }

    private static double[] range(Chart chart, Axis axis, boolean horizontal) {
        double[] values = chart.series().stream()
                .flatMapToDouble(s -> IntStream.range(0, s.size())
                        .mapToDouble(i -> horizontal ? s.x(i, axis) : s.y(i, axis))
                        .filter(Double::isFinite))
                .toArray();
        double low = Arrays.stream(values).min().orElse(0);
        return new double[] {low, Arrays.stream(values).max().orElse(1)};
    }

    /** XChart refuses two series of one name and shows an empty one as a blank row. */
    private static String unused(String name, Set<String> used) {
        String candidate = name.isEmpty() ? " " : name;
        while (!used.add(candidate)) {
            candidate += " ";
        }
        return candidate;
    }

    private static BasicStroke stroke(SeriesStyle style) {
        float width = (float) style.width();
        float[] pattern = switch (style.dash()) {
            case SOLID -> null;
            case DASH -> new float[] {8, 5};
            case DOT -> new float[] {2, 4};
        };
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, pattern, 0);
    }

    private static Marker marker(SeriesStyle.Mark mark) {
        return switch (mark) {
            case CIRCLE -> SeriesMarkers.CIRCLE;
            case SQUARE -> SeriesMarkers.SQUARE;
            case DIAMOND -> SeriesMarkers.DIAMOND;
            case TRIANGLE -> SeriesMarkers.TRIANGLE_UP;
            case CROSS -> SeriesMarkers.CROSS;
        };
    }
}
