package dev.nibble.kernel.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.display.OnWhite;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Entities;

/** Outputs of cells as HTML: of each bundle the richest representation that works on a page by itself. */
final class OutputHtml {
    private static final String PLOTLY = "application/vnd.plotly.v1+json";
    private static final List<String> PICTURES = List.of("image/png", "image/jpeg", "image/gif", "image/webp");
    private static final Pattern PICTURE_IN_HTML =
            Pattern.compile("<img[^>]*\\ssrc=\"(data:image/png;base64,[A-Za-z0-9+/=]+)\"");

    private final MarkdownHtml markdown;
    private int figures;
    private boolean formulas;

    OutputHtml(MarkdownHtml markdown) {
        this.markdown = markdown;
    }

    /** Interactive figures so far. */
    int figures() {
        return figures;
    }

    boolean hasFormulas() {
        return formulas;
    }

    String of(ObjectNode output) {
        return switch (output.path("output_type").asText("")) {
            case "stream" -> {
                boolean error = output.path("name").asText("").equals("stderr");
                String text = AnsiHtml.of(text(output.path("text")));
                yield "<pre class=\"out" + (error ? " stderr" : "") + "\">" + text + "</pre>";
            }
            case "error" -> "<pre class=\"out error\">" + AnsiHtml.of(traceback(output)) + "</pre>";
            case "display_data", "execute_result" -> "<div class=\"out\">" + bundle(output.path("data")) + "</div>";
            default -> "";
        };
    }

    private static String traceback(ObjectNode output) {
        StringBuilder lines = new StringBuilder();
        for (JsonNode line : output.path("traceback")) {
            lines.append(lines.isEmpty() ? "" : "\n").append(line.asText(""));
        }
        return lines.isEmpty()
                ? output.path("ename").asText("") + ": " + output.path("evalue").asText("")
                : lines.toString();
    }

    private String bundle(JsonNode data) {
        if (data.has(PLOTLY)) {
            return figure(data);
        }
        if (data.has("text/html")) {
            return text(data.path("text/html"));
        }
        if (data.has("text/markdown")) {
            return "<div class=\"markdown\">" + markdown.of(text(data.path("text/markdown"))) + "</div>";
        }
        if (data.has("text/latex")) {
            formulas = true;
            String formula = text(data.path("text/latex")).strip().replaceAll("^\\${1,2}|\\${1,2}$", "");
            return "<span class=\"formula block\">" + Entities.escape(formula) + "</span>";
        }
        if (data.has("image/svg+xml")) {
            byte[] svg = text(data.path("image/svg+xml")).getBytes(StandardCharsets.UTF_8);
            // On a page of its own, as a picture is, the colour of the text is black.
            boolean onWhite = text(data.path("image/svg+xml")).contains("currentColor");
            return picture("data:image/svg+xml;base64," + Base64.getEncoder().encodeToString(svg), data, onWhite);
        }
        for (String type : PICTURES) {
            if (data.has(type)) {
                return picture("data:" + type + ";base64," + base64(data.path(type)), data, false);
            }
        }
        if (data.has("application/json")) {
            return "<pre>" + Entities.escape(data.path("application/json").toPrettyString()) + "</pre>";
        }
        return "<pre>" + AnsiHtml.of(text(data.path("text/plain"))) + "</pre>";
    }

    private String figure(JsonNode data) {
        figures++;
        Matcher inHtml = PICTURE_IN_HTML.matcher(text(data.path("text/html")));
        String source = data.has("image/png")
                ? "data:image/png;base64," + base64(data.path("image/png"))
                : inHtml.find() ? inHtml.group(1) : null;
        String still = source == null
                ? "<p>" + Entities.escape(text(data.path("text/plain"))) + "</p>"
                : picture(source, data, true);
        // "</script>" inside a text would end the element
        String json = data.path(PLOTLY).toString().replace("<", "\\u003c");
        return "<figure>" + still + "<script type=\"application/json\" class=\"plotly\">" + json + "</script></figure>";
    }

    private static String picture(String source, JsonNode data, boolean onWhite) {
        String alternative = text(data.path("text/plain"));
        alternative = alternative.length() <= 300 ? alternative : alternative.substring(0, 299) + "…";
        return "<img" + (onWhite ? " class=\"" + OnWhite.CLASS + "\"" : "") + " alt=\"" + Entities.escape(alternative)
                + "\" src=\"" + source + "\">";
    }

    private static String base64(JsonNode node) {
        return text(node).replaceAll("[^A-Za-z0-9+/=]", "");
    }

    private static String text(JsonNode node) {
        return NotebookReader.text(node, "an output");
    }
}
