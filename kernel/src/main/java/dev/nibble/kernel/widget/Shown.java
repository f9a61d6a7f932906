package dev.nibble.kernel.widget;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.kernel.display.Displays;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.plot.Chart;
import dev.nibble.plot.Drawing;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run of some code showed, in order.
 *
 * @param parts text, displays, the result, an error
 */
record Shown(List<Part> parts) {
    static final Shown NOTHING = new Shown(List.of());

    private static final String PLOTLY = "application/vnd.plotly.v1+json";
    private static final List<String> PICTURES =
            List.of("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml");

    Shown {
        parts = List.copyOf(parts);
    }

    /** A piece of it. */
    sealed interface Part {}

    /**
     * Printed text.
     *
     * @param stream "stdout", "stderr", or "sentence" for what is said of a picture
     * @param text with ANSI colours
     */
    record Text(String stream, String text) implements Part {}

    /**
     * What was thrown.
     *
     * @param lines for people, with ANSI colours
     */
    record Failure(List<String> lines) implements Part {
        Failure {
            lines = List.copyOf(lines);
        }
    }

    /** A displayed value, or the result, as it is: it is drawn only in the ways that are asked for. */
    record Value(Object value) implements Part {}

    /**
     * For the browser module.
     *
     * @param pictures whether figures come as pictures too, for front ends that cannot draw them
     */
    List<Object> state(boolean pictures) {
        return parts.stream()
                .map(part -> switch (part) {
                    case Text text -> fields("text", "stream", text.stream, "text", text.text);
                    case Failure failure -> fields("error", "text", String.join("\n", failure.lines));
                    case Value value -> state(value.value, pictures);
                })
                .map(Object.class::cast)
                .toList();
    }

    private static Map<String, Object> state(Object value, boolean pictures) {
        if (value instanceof Widget widget) {
            return fields("view", "id", widget.model().id());
        }
        if (value instanceof Drawing drawing) {
            return fields("drawing", "svg", drawing.svg(), "text", drawing.description());
        }
        if (value instanceof Chart chart) {
            Map<String, Object> figure = fields("figure", "figure", chart.plotly(), "text", chart.description());
            if (pictures) {
                figure.put("picture", chart.png());
            }
            return figure;
        }
        MimeBundle bundle = Displays.render(value, RenderOptions.DEFAULT);
        Map<String, Object> data = bundle.data();
        String plain = String.valueOf(data.get("text/plain"));
        if (data.get(PLOTLY) instanceof JsonNode figure && !pictures) {
            return fields("figure", "figure", figure, "text", plain);
        }
        if (data.get("text/html") instanceof String html) {
            return fields("html", "html", html);
        }
        for (String type : PICTURES) {
            if (data.get(type) instanceof String picture) {
                byte[] bytes = type.endsWith("+xml")
                        ? picture.getBytes(java.nio.charset.StandardCharsets.UTF_8)
                        : Base64.getMimeDecoder().decode(picture);
                return fields("picture", "type", type, "picture", bytes, "text", plain);
            }
        }
        return fields("text", "stream", "result", "text", plain);
    }

    private static Map<String, Object> fields(String kind, Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", kind);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }
}
