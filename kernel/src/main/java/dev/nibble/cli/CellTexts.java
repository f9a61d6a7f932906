package dev.nibble.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;

/** What a cell of a notebook that ran has printed and shown, for the terminal and for programs. */
final class CellTexts {
    private CellTexts() {}

    /** The text that a cell printed, both streams in their order. */
    static String printed(Cell cell) {
        var text = new StringBuilder();
        for (JsonNode output : cell.outputs()) {
            if (output.path("output_type").asText().equals("stream")) {
                text.append(joined(output.path("text")));
            }
        }
        return text.toString();
    }

    /** The text form of each value that a cell showed. */
    static List<String> texts(Cell cell) {
        return forms(cell, "text/plain");
    }

    /**
     * The tables that a cell showed, with the rows that it showed, and numbers as they were rounded there.
     *
     * @return title and rows of each, the rows as objects whose keys are those of {@link Json#rows}
     */
    static List<Map<String, Object>> tables(Cell cell) {
        var tables = new ArrayList<Map<String, Object>>();
        for (String html : forms(cell, "text/html")) {
            for (Element table : Jsoup.parseBodyFragment(html).select("table:has(thead)")) {
                var facts = new LinkedHashMap<String, Object>();
                facts.put("title", table.select("caption").text());
                facts.put("rows", rows(table));
                tables.add(facts);
            }
        }
        return tables;
    }

    private static List<Map<String, Object>> rows(Element table) {
        List<String> headers = table.select("thead th").eachText();
        var rows = new ArrayList<Map<String, Object>>();
        for (Element shown : table.select("tbody tr")) {
            List<Element> cells = shown.select("td");
            if (cells.size() != headers.size()) {
                continue; // the mark of rows that are not shown
            }
            var row = new LinkedHashMap<String, Object>();
            for (int c = 0; c < cells.size(); c++) {
                row.put(Json.key(headers.get(c)), value(cells.get(c).text()));
            }
            rows.add(row);
        }
        return rows;
    }

    private static Object value(String text) {
        String number = text.replace(",", "");
        if (!number.matches("[-+]?\\d+(\\.\\d+)?(e[-+]?\\d+)?")) {
            return text;
        }
        double value = Double.parseDouble(number);
        return number.matches("[-+]?\\d{1,15}") ? (Object) Long.valueOf(number) : (Object) Double.valueOf(value);
    }

    private static List<String> forms(Cell cell, String type) {
        var forms = new ArrayList<String>();
        for (JsonNode output : cell.outputs()) {
            String form = joined(output.path("data").path(type));
            if (!form.isBlank()) {
                forms.add(form);
            }
        }
        return forms;
    }

    /** Notebooks hold a text as one string or as its lines. */
    private static String joined(JsonNode text) {
        return text.isArray() ? text.valueStream().map(JsonNode::asText).reduce("", String::concat) : text.asText("");
    }
}
