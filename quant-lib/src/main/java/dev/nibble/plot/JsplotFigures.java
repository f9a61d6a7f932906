package dev.nibble.plot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.components.Line;
import tech.tablesaw.plotly.components.Marker;
import tech.tablesaw.plotly.components.Symbol;
import tech.tablesaw.plotly.traces.BarTrace;
import tech.tablesaw.plotly.traces.ScatterTrace;
import tech.tablesaw.plotly.traces.Trace;

/**
 * Charts as tablesaw-jsplot figures, and jsplot figures of any origin as Plotly JSON. Jsplot writes JavaScript for an
 * old plotly.js: numbers as strings, NaN as the string "null", names with HTML entities, titles as plain strings. All
 * of that is put right here.
 */
public final class JsplotFigures {
    private static final ObjectMapper SCRIPT = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .enable(JsonReadFeature.ALLOW_MISSING_VALUES)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(JsonReadFeature.ALLOW_LEADING_DECIMAL_POINT_FOR_NUMBERS)
            .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .build();
    private static final Pattern DEFINITION = Pattern.compile("\\bvar\\s+(layout|config|trace\\d+)\\s*=\\s*(?=\\{)");
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    /** Fields whose text is text even if it looks like a number. */
    private static final Set<String> TEXTS = Set.of("text", "name", "labels", "ticktext", "title", "hovertext", "ids");

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private JsplotFigures() {}

    /** The chart as a figure of Tablesaw's own kind. */
    public static Figure of(Chart chart) {
        Trace[] traces = chart.series().stream().map(s -> trace(chart, s)).toArray(Trace[]::new);
        Layout layout = Layout.builder()
                .title(escape(chart.title()))
                .xAxis(axis(chart.x()))
                .yAxis(axis(
                        new Axis(chart.y().label(), chart.y().unit(), chart.y().log(), List.of())))
                .showLegend(chart.series().size() > 1)
                .height(430)
                .autosize(true)
                .build();
        return new Figure(layout, traces);
    }

    private static tech.tablesaw.plotly.components.Axis axis(Axis axis) {
        var builder = tech.tablesaw.plotly.components.Axis.builder().title(escape(axis.title()));
        if (axis.log()) {
            builder.type(tech.tablesaw.plotly.components.Axis.Type.LOG);
        } else if (!axis.categories().isEmpty()) {
            builder.type(tech.tablesaw.plotly.components.Axis.Type.CATEGORY);
        }
        return builder.build();
    }

    private static Trace trace(Chart chart, Series s) {
        SeriesStyle style = s.style();
        double[] y = new double[s.size()];
        Object[] x = new Object[s.size()];
        double[] numbers = new double[s.size()];
        for (int i = 0; i < y.length; i++) {
            y[i] = s.y(i, chart.y());
            numbers[i] = s.x(i, chart.x());
            x[i] = chart.x().categories().isEmpty()
                    ? (Object) numbers[i]
                    : chart.x().categories().get((int) numbers[i]);
        }
        if (s.kind() == Series.Kind.BARS) {
            return BarTrace.builder(x, y)
                    .name(escape(s.name()))
                    .marker(Marker.builder().color(style.colour()).build())
                    .build();
        }
        ScatterTrace.ScatterBuilder builder = chart.x().categories().isEmpty()
                ? ScatterTrace.builder(numbers, y)
                : ScatterTrace.builder(
                        tech.tablesaw.api.StringColumn.create(
                                "x",
                                StreamSupport.stream(List.of(x).spliterator(), false)
                                        .map(String::valueOf)
                                        .toList()),
                        tech.tablesaw.api.DoubleColumn.create("y", y));
        builder.name(escape(s.name()));
        if (!s.labels().isEmpty()) {
            builder.text(s.labels().stream().map(JsplotFigures::escape).toArray(String[]::new));
        }
        if (s.kind() == Series.Kind.POINTS) {
            builder.mode(ScatterTrace.Mode.MARKERS);
            builder.marker(Marker.builder()
                    .color(style.colour())
                    .size(style.markSize())
                    .symbol(symbol(style.mark()))
                    .build());
        } else {
            builder.mode(ScatterTrace.Mode.LINE);
            builder.line(Line.builder()
                    .color(style.colour())
                    .width(style.width())
                    .dash(Line.Dash.valueOf(style.dash().name()))
                    .shape(s.kind() == Series.Kind.STEPS ? Line.Shape.HV : Line.Shape.LINEAR)
                    .build());
            if (style.filled() && !chart.y().log()) {
                builder.fill(ScatterTrace.Fill.TO_ZERO_Y).fillColor(PlotlyJson.transparent(style.colour(), 0.2));
            }
        }
        return builder.build();
    }

    private static Symbol symbol(SeriesStyle.Mark mark) {
        return switch (mark) {
            case CIRCLE -> Symbol.CIRCLE;
            case SQUARE -> Symbol.SQUARE;
            case DIAMOND -> Symbol.DIAMOND;
            case TRIANGLE -> Symbol.TRIANGLE_UP;
            case CROSS -> Symbol.CROSS;
        };
    }

    /** Jsplot turns quotes and brackets into entities itself, but leaves backslashes and line breaks. */
    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\n", " ");
    }

    /**
     * The figure as Plotly JSON ({@code data}, {@code layout}, {@code config}) for a present-day plotly.js.
     *
     * @throws IllegalArgumentException if the figure's script is none that jsplot 0.44 writes
     */
    public static ObjectNode plotly(Figure figure) {
        String script = figure.asJavascript("figure");
        ArrayNode data = JSON.arrayNode();
        ObjectNode layout = JSON.objectNode();
        ObjectNode config = JSON.objectNode();
        Matcher definition = DEFINITION.matcher(script);
        int at = 0;
        while (definition.find(at)) {
            Parsed parsed = parse(script, definition.end());
            at = parsed.end();
            String name = definition.group(1);
            ObjectNode node = (ObjectNode) repair("", parsed.node());
            switch (name) {
                case "layout" -> layout = node;
                case "config" -> config = node;
                default -> data.add(node);
            }
        }
        if (data.isEmpty()) {
            throw new IllegalArgumentException("the figure has no traces that can be shown");
        }
        adapt(layout);
        ObjectNode result = JSON.objectNode();
        result.set("data", data);
        result.set("layout", layout);
        config.remove("responsive"); // see PlotlyJson
        config.put("displaylogo", false);
        result.set("config", config);
        return result;
    }

    /**
     * A picture of a figure, as far as our own charts go: scatter, line and bar traces on ordinary axes, within the
     * limits of a {@link Chart}.
     *
     * @param plotly what {@link #plotly} gave
     * @return PNG bytes, or null if the figure holds anything else
     */
    public static byte[] png(ObjectNode plotly) {
        try {
            Chart chart = PlotlyChart.of(plotly);
            return chart == null ? null : chart.png();
        } catch (IllegalArgumentException | LinkageError | InternalError noPicture) {
            return null;
        }
    }

    private record Parsed(JsonNode node, int end) {}

    private static Parsed parse(String script, int start) {
        int end = objectEnd(script, start);
        try {
            return new Parsed(SCRIPT.readTree(script.substring(start, end)), end);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot read the figure: " + e.getOriginalMessage(), e);
        }
    }

    /** The index behind the brace that closes the one at {@code start}; braces in strings do not count. */
    private static int objectEnd(String script, int start) {
        int depth = 0;
        char quote = 0;
        for (int i = start; i < script.length(); i++) {
            char c = script.charAt(i);
            if (quote != 0) {
                if (c == '\\') {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return i + 1;
            }
        }
        throw new IllegalArgumentException("cannot read the figure: a brace is not closed");
    }

    private static JsonNode repair(String field, JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode repaired = JSON.objectNode();
            for (Iterator<Map.Entry<String, JsonNode>> it = object.properties().iterator(); it.hasNext(); ) {
                Map.Entry<String, JsonNode> entry = it.next();
                repaired.set(entry.getKey(), repair(entry.getKey(), entry.getValue()));
            }
            titles(repaired);
            return repaired;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode repaired = JSON.arrayNode();
            // one text that is no number makes them all texts: a category may be called "4"
            boolean numbers = !TEXTS.contains(field)
                    && StreamSupport.stream(array.spliterator(), false).allMatch(JsplotFigures::isNumberOrGap);
            for (JsonNode element : array) {
                repaired.add(
                        numbers
                                ? number(element)
                                : element.isTextual()
                                        ? TextNode.valueOf(unescape(element.textValue()))
                                        : repair(field, element));
            }
            return repaired;
        }
        if (node.isTextual()) {
            String text = unescape(node.textValue());
            if (!TEXTS.contains(field) && !field.isEmpty()) {
                if (NUMBER.matcher(text).matches()) {
                    return number(node);
                }
                if (text.equals("true") || text.equals("false")) {
                    return JSON.booleanNode(Boolean.parseBoolean(text));
                }
            }
            return TextNode.valueOf(text);
        }
        return node.isNumber() && !Double.isFinite(node.doubleValue()) ? NullNode.instance : node;
    }

    private static boolean isNumberOrGap(JsonNode node) {
        return node.isNumber()
                || node.isNull()
                || (node.isTextual()
                        && (isGap(node.textValue())
                                || NUMBER.matcher(node.textValue()).matches()));
    }

    private static boolean isGap(String text) {
        return text.equals("null") || text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
    }

    private static JsonNode number(JsonNode node) {
        if (node.isNull() || (node.isTextual() && isGap(node.textValue()))) {
            return NullNode.instance;
        }
        double value = node.isTextual() ? Double.parseDouble(node.textValue()) : node.doubleValue();
        if (!Double.isFinite(value)) {
            return NullNode.instance;
        }
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        return whole ? JSON.numberNode((long) value) : JSON.numberNode(value);
    }

    private static void titles(ObjectNode node) {
        JsonNode title = node.get("title");
        if (title != null && title.isTextual()) {
            ObjectNode object = JSON.objectNode().put("text", title.textValue());
            JsonNode font = node.remove("titlefont");
            if (font != null && font.isObject()) {
                object.set("font", font);
            }
            node.set("title", object);
        }
    }

    /** The entities that plotly.js does not read; it does read those of brackets and ampersands. */
    private static String unescape(String text) {
        return text.replace("&#39;", "'").replace("&quot;", "\"");
    }

    /** A background and text of its own would hide the figure in a dark page; what the author set stays. */
    private static void adapt(ObjectNode layout) {
        for (String background : List.of("paper_bgcolor", "plot_bgcolor")) {
            if (!layout.has(background) || layout.path(background).asText().isEmpty()) {
                layout.put(background, "rgba(0,0,0,0)");
            }
        }
        if (!layout.has("font")) {
            layout.putObject("font").put("color", PlotlyJson.INK);
        }
        List<String> axes = new ArrayList<>();
        layout.fieldNames().forEachRemaining(f -> {
            if (f.matches("[xy]axis\\d*")) {
                axes.add(f);
            }
        });
        for (String name : Set.of("xaxis", "yaxis")) {
            if (!axes.contains(name)) {
                layout.putObject(name);
                axes.add(name);
            }
        }
        for (String name : axes) {
            if (layout.get(name) instanceof ObjectNode axis) {
                axis.put("automargin", true);
                if (!axis.has("gridcolor")) {
                    axis.put("gridcolor", "rgba(128,128,128,0.25)");
                }
                if (!axis.has("zerolinecolor")) {
                    axis.put("zerolinecolor", "rgba(128,128,128,0.25)");
                }
            }
        }
    }
}
