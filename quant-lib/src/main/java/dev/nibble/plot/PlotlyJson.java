package dev.nibble.plot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.plot.Series.Kind;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Draws a {@link Chart} as Plotly JSON: titles are objects (plotly.js 3 shows no other), numbers are numbers with seven
 * significant digits, gaps are null, the background is the page's own, and the text is a grey that reads on light and
 * dark.
 */
final class PlotlyJson {
    /** Contrast 4.5 on white, 4.2 on JupyterLab's dark #111111. */
    static final String INK = "#777777";

    private static final String GRID = "rgba(128,128,128,0.25)";
    private static final MathContext SEVEN = new MathContext(7);
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private PlotlyJson() {}

    static ObjectNode of(Chart chart) {
        ObjectNode figure = JSON.objectNode();
        ArrayNode data = figure.putArray("data");
        LabelPlaces places = LabelPlaces.of(chart);
        for (Series s : chart.series()) {
            data.add(trace(chart.x(), chart.y(), s, places.of(s)));
        }
        figure.set("layout", layout(chart));
        // no "responsive": where the renderer of JupyterLab measures the figure again, that makes it 0 pixels high
        figure.putObject("config").put("displaylogo", false);
        return figure;
    }

    /** An upper bound of the size of {@link #of}, before there is a chart. */
    static long bytes(String title, Axis x, Axis y, List<Series> series) {
        try {
            // what the layout, and the names of the fields can add
            long bytes = 2_500
                    + 6L * (title.length() + x.title().length() + y.title().length());
            for (Series s : series) {
                bytes += 1 + MAPPER.writeValueAsBytes(trace(x, y, s, widest(s))).length;
            }
            return bytes
                    + MAPPER.writeValueAsBytes(x.categories()).length
                    + MAPPER.writeValueAsBytes(y.categories()).length;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<LabelPlaces.Place> widest(Series s) {
        return Collections.nCopies(s.labels().size(), LabelPlaces.Place.BELOW);
    }

    private static ObjectNode trace(Axis x, Axis y, Series s, List<LabelPlaces.Place> places) {
        SeriesStyle style = s.style();
        ObjectNode trace = JSON.objectNode();
        trace.put("type", s.kind() == Kind.BARS ? "bar" : "scatter");
        trace.put("name", literal(s.name()));
        if (s.name().isEmpty()) {
            trace.put("showlegend", false); // else Plotly calls it "trace 3"
        }
        ArrayNode xs = trace.putArray("x");
        ArrayNode ys = trace.putArray("y");
        for (int i = 0; i < s.size(); i++) {
            if (x.categories().isEmpty()) {
                add(xs, s.x(i, x));
            } else {
                xs.add(literal(x.categories().get((int) s.x(i, x))));
            }
            add(ys, s.y(i, y));
        }
        if (s.kind() != Kind.BARS) {
            trace.put("mode", s.kind() != Kind.POINTS ? "lines" : s.labels().isEmpty() ? "markers" : "markers+text");
        }
        if (!s.labels().isEmpty()) {
            ArrayNode texts = trace.putArray("text");
            s.labels().forEach(label -> texts.add(literal(label)));
            if (s.labelsInside()) {
                trace.put("textposition", "middle center");
            } else if (places.stream().distinct().count() == 1) {
                trace.put("textposition", places.getFirst().plotly());
            } else {
                ArrayNode at = trace.putArray("textposition");
                places.forEach(place -> at.add(place.plotly()));
            }
            ObjectNode font = trace.putObject("textfont").put("size", 11);
            if (s.labelsInside()) {
                font.put("color", "#ffffff"); // else the colour of the figure's text, which a dark page may change
            }
            trace.put("cliponaxis", false);
        }
        if (s.kind() == Kind.LINE || s.kind() == Kind.STEPS) {
            ObjectNode line = trace.putObject("line");
            line.put("color", style.colour()).put("width", style.width());
            line.put("dash", style.dash().name().toLowerCase(Locale.ROOT));
            line.put("shape", s.kind() == Kind.STEPS ? "hv" : "linear");
            trace.put("connectgaps", false);
            if (style.filled() && !y.log()) {
                trace.put("fill", "tozeroy").put("fillcolor", transparent(style.colour(), 0.2));
            }
        } else {
            ObjectNode marker = trace.putObject("marker");
            marker.put("color", style.colour());
            if (s.kind() == Kind.POINTS) {
                marker.put("size", style.markSize()).put("symbol", symbol(style.mark()));
                if (s.size() > 500) {
                    marker.put("opacity", 0.5);
                }
            }
        }
        return trace;
    }

    private static ObjectNode layout(Chart chart) {
        ObjectNode layout = JSON.objectNode();
        title(layout, chart.title(), 16);
        layout.set("xaxis", axis(chart.x(), decades(chart, true)));
        layout.set("yaxis", axis(chart.y(), decades(chart, false)));
        if (!chart.y().categories().isEmpty()) {
            named((ObjectNode) layout.get("yaxis"), chart.y());
            if (chart.series().stream().anyMatch(s -> s.labelsBelow(chart.y()))) {
                int top = chart.y().categories().size() - 1;
                ((ObjectNode) layout.get("yaxis"))
                        .putArray("range")
                        .add(-0.15 * top)
                        .add(1.1 * top);
            }
        }
        layout.put("paper_bgcolor", "rgba(0,0,0,0)").put("plot_bgcolor", "rgba(0,0,0,0)");
        layout.putObject("font").put("color", INK).put("size", 13);
        layout.put("height", 430).put("autosize", true).put("hovermode", "closest");
        layout.putObject("margin").put("l", 70).put("r", 30).put("t", 60).put("b", 60);
        boolean named = chart.series().size() > 1;
        layout.put("showlegend", named);
        layout.putObject("legend").put("bgcolor", "rgba(0,0,0,0)");
        if (chart.series().stream().anyMatch(s -> s.kind() == Kind.BARS)) {
            layout.put("barmode", "group");
        }
        return layout;
    }

    private static ObjectNode axis(Axis axis, double decades) {
        ObjectNode node = JSON.objectNode();
        title(node, axis.title(), 13);
        ((ObjectNode) node.get("title")).put("standoff", 14);
        node.put("type", axis.categories().isEmpty() ? axis.log() ? "log" : "linear" : "category");
        node.put("gridcolor", GRID).put("zerolinecolor", GRID).put("linecolor", GRID);
        node.put("automargin", true);
        if (axis.categories().isEmpty()) {
            node.put("exponentformat", "power");
            if (axis.log() && decades > 2) {
                node.put("dtick", 1); // ticks at 2 and 5 only crowd the axis
            }
            node.put("hoverformat", ".5~g");
        } else {
            ArrayNode names = node.put("categoryorder", "array").putArray("categoryarray");
            axis.categories().forEach(c -> names.add(literal(c)));
        }
        return node;
    }

    /** Names at the whole numbers of an axis whose points are numbers. */
    private static void named(ObjectNode node, Axis axis) {
        node.put("type", "linear").put("tickmode", "array").put("zeroline", false);
        node.remove(List.of("categoryorder", "categoryarray"));
        ArrayNode places = node.putArray("tickvals");
        ArrayNode names = node.putArray("ticktext");
        for (int i = 0; i < axis.categories().size(); i++) {
            places.add(i);
            names.add(literal(axis.categories().get(i)));
        }
    }

    /** Powers of ten that the values span, for a logarithmic axis. */
    private static double decades(Chart chart, boolean horizontal) {
        Axis axis = horizontal ? chart.x() : chart.y();
        double[] values = chart.series().stream()
                .flatMapToDouble(s -> IntStream.range(0, s.size())
                        .mapToDouble(i -> horizontal ? s.x(i, axis) : s.y(i, axis))
                        .filter(Double::isFinite))
                .toArray();
        return !axis.log() || values.length == 0
                ? 0
                : Math.log10(Arrays.stream(values).max().getAsDouble()
                        / Arrays.stream(values).min().getAsDouble());
    }

    private static void title(ObjectNode parent, String text, int size) {
        ObjectNode title = parent.putObject("title");
        title.put("text", literal(text));
        title.putObject("font").put("color", INK).put("size", size);
    }

    private static void add(ArrayNode array, double value) {
        if (Double.isFinite(value)) {
            // zero scale and all: "0.1", "1.5E-7", never "1.0E1" for ten
            BigDecimal rounded = new BigDecimal(value).round(SEVEN).stripTrailingZeros();
            boolean whole = rounded.scale() <= 0 && rounded.precision() - rounded.scale() <= 15;
            if (whole) {
                array.add(rounded.longValue());
            } else {
                array.add(rounded.doubleValue());
            }
        } else {
            array.addNull();
        }
    }

    /** Plotly reads a little HTML in its texts; names are meant as they stand. */
    static String literal(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    static String transparent(String colour, double alpha) {
        int rgb = Integer.parseInt(colour.substring(1), 16);
        return "rgba(" + (rgb >> 16) + "," + (rgb >> 8 & 255) + "," + (rgb & 255) + "," + alpha + ")";
    }

    private static String symbol(SeriesStyle.Mark mark) {
        return switch (mark) {
            case CIRCLE -> "circle";
            case SQUARE -> "square";
            case DIAMOND -> "diamond";
            case TRIANGLE -> "triangle-up";
            case CROSS -> "cross";
        };
    }
}
