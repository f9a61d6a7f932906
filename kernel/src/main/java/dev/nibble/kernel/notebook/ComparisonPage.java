package dev.nibble.kernel.notebook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.compare.ComparisonResult;
import dev.nibble.compare.DataSource;
import dev.nibble.compare.Manifest;
import dev.nibble.compare.Report;
import dev.nibble.kernel.display.ComparisonRenderer;
import dev.nibble.plot.Chart;
import dev.nibble.plot.Charts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Entities;
import org.jsoup.select.Elements;

/**
 * A comparison as one HTML page that works by itself, for years: the verdict, the table, figures, how it was made, and all
 * of it as JSON inside, so that the page can be checked.
 */
public final class ComparisonPage {
    /** The element that holds the JSON. */
    private static final String ID = "nibble-report";

    /** What people read, and what is drawn: the parts that have to say what the JSON says. */
    private static final List<String> SHOWN = List.of("verdict", "table", "layers", "chart");

    /** Largest page that is read, in bytes. */
    private static final long LARGEST = 1 << 26;

    private ComparisonPage() {}

    /**
     * A page that was read.
     *
     * @param report what it carries
     * @param changed parts that show something else than what it carries: "verdict", "table", "layers", "chart"; only known
     *     where the same version of Nibble made the page
     * @param sameVersion whether it did
     */
    public record Read(Report report, List<String> changed, boolean sameVersion) {
        public Read {
            changed = List.copyOf(changed);
        }
    }

    /**
     * Writes the page; nothing half-written stays behind.
     *
     * @throws NotebookException if it cannot be written
     */
    public static void write(Report report, Path file) {
        SafeFile.write(file, text(report));
    }

    /** The page. */
    public static String text(Report report) {
        return ReportPage.text(title(report), ReportAssets.comparisonStyle(), content(report), false, true);
    }

    /**
     * Reads a page, or the JSON alone.
     *
     * @throws IOException if it can not be read
     * @throws IllegalArgumentException if it is no report of a comparison; the message says what is wrong
     */
    public static Read read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > LARGEST) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "%s: %,d bytes, more than a report has (%,d)", file.getFileName(), size, LARGEST));
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        try {
            return text.stripLeading().startsWith("{") ? new Read(Report.parse(text), List.of(), false) : read(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file.getFileName() + ": " + e.getMessage(), e);
        }
    }

    private static Read read(String html) {
        Document page = Jsoup.parse(html);
        Elements found = page.select("script#" + ID);
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    found.isEmpty()
                            ? "no report of a comparison is in it; nibble report --model … makes one"
                            : "there are " + found.size() + " reports in it; one was expected");
        }
        if (!html.stripTrailing().endsWith("</html>")) {
            throw new IllegalArgumentException("its end is missing: the file was cut off");
        }
        Report report = Report.parse(found.first().data());
        boolean sameVersion = report.manifest().nibble().equals(Manifest.version());
        return new Read(report, sameVersion ? changed(page, report) : List.of(), sameVersion);
    }

    private static List<String> changed(Document page, Report report) {
        Document expected = Jsoup.parse(content(report));
        return SHOWN.stream()
                .filter(part -> !shown(page, part).equals(shown(expected, part)))
                .toList();
    }

    /** The text of a part; of a figure its data, for its picture depends on the machine's fonts. */
    private static String shown(Document page, String part) {
        Element element = page.getElementById(part);
        return element == null
                ? "nothing"
                : part.equals("chart") ? element.select("script.plotly").html() : element.text();
    }

    private static String title(Report report) {
        return "What formats do to " + report.manifest().model();
    }

    private static String content(Report report) {
        ComparisonResult result = report.result();
        Manifest manifest = report.manifest();
        StringBuilder out = new StringBuilder();
        out.append("<h1>").append(escape(title(report))).append("</h1>\n<p class=\"made\">");
        out.append(escape(result.data()))
                .append(" · ")
                .append(manifest.date(), 0, 10)
                .append(" · Nibble ")
                .append(escape(manifest.nibble()))
                .append("</p>\n<section class=\"verdict\" id=\"verdict\">");
        for (String sentence : result.verdict().split("(?<=\\.) (?=[A-Z])", -1)) {
            out.append("<p>").append(escape(sentence)).append("</p>");
        }
        out.append("</section>\n");
        if (!result.note().isEmpty()) {
            out.append("<p class=\"note\">").append(escape(result.note())).append("</p>\n");
        }
        out.append("<h2>Formats side by side</h2>\n<div class=\"out\" id=\"table\">")
                .append(ComparisonRenderer.table(result))
                .append("</div>\n<p class=\"how\">")
                .append(escape(ComparisonRenderer.how(result)))
                .append("</p>\n<h2>Size against loss</h2>\n<div class=\"out\" id=\"chart\">")
                .append(figure(Charts.comparison(result)))
                .append(
                        "</div>\n<p class=\"how\">Left is smaller, down is closer to the weights as stored. The dashed line"
                                + " joins formats that no smaller one beats; a format that changes nothing has no mark, for a"
                                + " logarithmic axis has no zero.</p>\n");
        String heat = ComparisonRenderer.layers(result);
        if (!heat.isEmpty()) {
            out.append("<h2>Where the error comes in</h2>\n<div class=\"out\" id=\"layers\">")
                    .append(heat)
                    .append("</div>\n");
        }
        out.append("<h2>Run it again</h2>\n<pre class=\"command\">")
                .append(escape(manifest.command()))
                .append(
                        "</pre>\n<p>This page checks itself: <code>nibble report --verify report.html</code> computes every row"
                                + " anew and names every field that differs. None should, on any machine, with any number of"
                                + " threads and any vector width.</p>\n");
        out.append("<details><summary>How it was made</summary>")
                .append(facts(manifest))
                .append("</details>\n");
        out.append("<details><summary>Every number in full</summary><div class=\"wide\">");
        String json = report.json();
        out.append(exact(json)).append("</div></details>\n");
        return out.append("<script type=\"application/json\" id=\"")
                .append(ID)
                .append("\">")
                .append(json.replace("<", "\\u003c")) // "</script>" inside a text would end the element
                .append("</script>\n")
                .toString();
    }

    private static String figure(Chart chart) {
        ObjectNode output = JsonNodeFactory.instance.objectNode().put("output_type", "display_data");
        ObjectNode data = output.putObject("data");
        data.set("application/vnd.plotly.v1+json", chart.plotly());
        picture(chart, data);
        data.put("text/plain", chart.description());
        return new OutputHtml(new MarkdownHtml(null)).of(output);
    }

    /** A Java without fonts or without AWT cannot draw; the interactive figure still shows. */
    private static void picture(Chart chart, ObjectNode data) {
        try {
            data.put("image/png", Base64.getEncoder().encodeToString(chart.png()));
        } catch (Exception | LinkageError | InternalError noGraphics) {
            data.remove("image/png");
        }
    }

    private static String facts(Manifest manifest) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("made", manifest.date());
        facts.put("Nibble", manifest.nibble());
        facts.put("model", manifest.model());
        facts.put("SHA-256 of its weights", manifest.modelHash());
        for (DataSource source : manifest.data()) {
            facts.put(source.kind(), source.name() + (source.embedded() ? ", comes with Nibble" : ""));
            facts.put("SHA-256 of the " + source.kind(), source.sha256());
        }
        facts.put("protocol", manifest.protocol());
        facts.put("window and stride", manifest.window() + " and " + manifest.stride() + " tokens");
        facts.put(
                "scored",
                String.format(Locale.ROOT, "%,d tokens of %,d windows", manifest.tokens(), manifest.windows()));
        facts.put(
                "questions",
                manifest.questionSet()
                        .map(s -> s.name() + ", " + manifest.questions() + " asked")
                        .orElse("none"));
        facts.put("how they were put", manifest.prompts());
        facts.put("tokenizer", manifest.tokenizer());
        facts.put("seeds", manifest.seeds().toString().replaceAll("[{}]", ""));
        facts.put("evaluation", manifest.full() ? "all windows and questions" : "the usual, small one");
        facts.put("processor", manifest.machine().processor());
        facts.put(
                "threads",
                manifest.machine().threads() + " on " + manifest.machine().processors() + " processors");
        facts.put("implementation", manifest.machine().kernels());
        facts.put("Java", manifest.machine().java());
        facts.put("system", manifest.machine().system());
        StringBuilder out = new StringBuilder("<table class=\"facts\"><tbody>");
        facts.forEach((name, value) -> out.append("<tr><th scope=\"row\">")
                .append(escape(name))
                .append("</th><td>")
                .append(escape(value))
                .append("</td></tr>"));
        return out.append("</tbody></table>").toString();
    }

    /** Fields down, formats across. */
    private static String exact(String json) {
        List<Map<String, String>> rows = new ArrayList<>();
        try {
            new ObjectMapper().readTree(json).path("result").path("rows").forEach(row -> {
                Map<String, String> fields = new LinkedHashMap<>();
                flatten("", row, fields);
                rows.add(fields);
            });
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
        Set<String> names = new LinkedHashSet<>();
        rows.forEach(row -> names.addAll(row.keySet()));
        StringBuilder out = new StringBuilder("<table class=\"exact\"><tbody>");
        for (String name : names) {
            out.append("<tr><th scope=\"row\">").append(escape(name)).append("</th>");
            rows.forEach(row -> out.append("<td>")
                    .append(escape(row.getOrDefault(name, "")))
                    .append("</td>"));
            out.append("</tr>");
        }
        return out.append("</tbody></table>").toString();
    }

    private static void flatten(String name, JsonNode node, Map<String, String> fields) {
        if (node.isObject()) {
            node.properties()
                    .forEach(e -> flatten(name.isEmpty() ? e.getKey() : name + "." + e.getKey(), e.getValue(), fields));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                flatten(name + "[" + i + "]", node.get(i), fields);
            }
        } else {
            fields.put(name, node.isNull() ? "not a number" : node.asText());
        }
    }

    private static String escape(String text) {
        return Entities.escape(text);
    }
}
