package dev.nibble.plot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.plot.Series.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads Plotly JSON back into a {@link Chart}, so that a user's own figure has a picture too. */
final class PlotlyChart {
    /** Plotly's own first colours, in its order. */
    private static final List<String> COLOURS =
            List.of("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f");

    private PlotlyChart() {}

    /** The chart, or null if the figure is of a kind that charts do not have. */
    static Chart of(JsonNode plotly) {
        JsonNode layout = plotly.path("layout");
        Set<String> categories = new LinkedHashSet<>();
        for (JsonNode trace : plotly.path("data")) {
            if (!isDrawable(trace)) {
                return null;
            }
            for (JsonNode x : trace.path("x")) {
                if (x.isTextual()) {
                    categories.add(x.textValue());
                }
            }
        }
        List<String> names = List.copyOf(categories);
        List<Series> series = new ArrayList<>();
        for (JsonNode trace : plotly.path("data")) {
            series.add(series(trace, names, COLOURS.get(series.size() % COLOURS.size())));
        }
        Axis x = names.isEmpty() ? axis(layout.path("xaxis")) : Axis.categories(text(layout.path("xaxis")), names);
        return new Chart(text(layout), x, axis(layout.path("yaxis")), series);
    }

    private static boolean isDrawable(JsonNode trace) {
        String type = trace.path("type").asText("scatter");
        boolean known = type.equals("scatter") || type.equals("scattergl") || type.equals("bar");
        return known
                && !trace.path("orientation").asText("v").equals("h")
                && trace.path("x").isArray()
                && trace.path("y").isArray()
                && trace.path("x").size() == trace.path("y").size();
    }

    private static Series series(JsonNode trace, List<String> names, String colour) {
        int n = trace.path("x").size();
        double[] x = new double[n];
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            JsonNode at = trace.path("x").get(i);
            x[i] = at.isTextual() ? names.indexOf(at.textValue()) : names.isEmpty() ? number(at) : Double.NaN;
            y[i] = number(trace.path("y").get(i));
        }
        String mode = trace.path("mode").asText("markers");
        Kind kind = trace.path("type").asText("").equals("bar")
                ? Kind.BARS
                : mode.contains("lines") || mode.equals("line") ? Kind.LINE : Kind.POINTS;
        String own = trace.path("marker")
                .path("color")
                .asText(trace.path("line").path("color").asText(""));
        SeriesStyle style = SeriesStyle.of("figure").withColour(own.matches("#[0-9a-fA-F]{6}") ? own : colour);
        return new Series(decoded(trace.path("name").asText("")), kind, x, y, style);
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.doubleValue() : Double.NaN;
    }

    private static Axis axis(JsonNode axis) {
        return new Axis(text(axis), "", axis.path("type").asText("").equals("log"), List.of());
    }

    private static String text(JsonNode titled) {
        return decoded(titled.path("title").path("text").asText(""));
    }

    private static String decoded(String text) {
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    }
}
