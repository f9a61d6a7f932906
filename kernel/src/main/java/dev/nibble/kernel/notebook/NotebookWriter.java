package dev.nibble.kernel.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import dev.nibble.kernel.notebook.NotebookDocument.Kind;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes notebooks the way Jupyter does, so that a file saved by either differs only in what changed: keys sorted, one
 * space of indentation, texts as lines, a line break at the end.
 */
final class NotebookWriter {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private NotebookWriter() {}

    static String text(NotebookDocument notebook) {
        ObjectNode root = JSON.objectNode();
        ArrayNode cells = root.putArray("cells");
        notebook.cells().forEach(c -> cells.add(cell(c)));
        root.set("metadata", metadata(notebook.metadata()));
        root.put("nbformat", 4);
        root.put("nbformat_minor", 5);
        StringBuilder out = new StringBuilder();
        write(out, root, 0);
        return out.append('\n').toString();
    }

    private static ObjectNode metadata(ObjectNode given) {
        ObjectNode metadata = given.deepCopy();
        if (!metadata.path("kernelspec").isObject()) {
            metadata.putObject("kernelspec")
                    .put("display_name", "Nibble (Java 25)")
                    .put("language", "java")
                    .put("name", "nibble");
        }
        if (!metadata.path("language_info").isObject()) {
            metadata.putObject("language_info")
                    .put("codemirror_mode", "text/x-java")
                    .put("file_extension", ".jshell")
                    .put("mimetype", "text/x-java-source")
                    .put("name", "java")
                    .put("pygments_lexer", "java");
        }
        return metadata;
    }

    private static ObjectNode cell(Cell cell) {
        ObjectNode node = JSON.objectNode();
        node.put("cell_type", cell.kind().text());
        node.put("id", cell.id());
        node.set("metadata", cell.metadata());
        node.set("source", lines(cell.source()));
        if (!cell.attachments().isEmpty()) {
            node.set("attachments", cell.attachments());
        }
        if (cell.kind() == Kind.CODE) {
            node.put("execution_count", cell.executionCount());
            ArrayNode outputs = node.putArray("outputs");
            cell.outputs().forEach(o -> outputs.add(output(o)));
        }
        return node;
    }

    /** Texts as lists of lines, where nbformat keeps them so. */
    private static ObjectNode output(ObjectNode given) {
        ObjectNode output = given.deepCopy();
        if (output.path("text").isTextual()) {
            output.set("text", lines(output.path("text").textValue()));
        }
        if (output.get("data") instanceof ObjectNode data) {
            for (Map.Entry<String, JsonNode> entry : data.properties()) {
                String mime = entry.getKey();
                boolean text = mime.startsWith("text/")
                        || mime.equals("image/svg+xml")
                        || mime.equals("application/javascript");
                if (text && entry.getValue().isTextual()) {
                    entry.setValue(lines(entry.getValue().textValue()));
                }
            }
        }
        return output;
    }

    static ArrayNode lines(String text) {
        ArrayNode lines = JSON.arrayNode();
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end + 1;
            lines.add(text.substring(start, end));
            start = end;
        }
        return lines;
    }

    private static void write(StringBuilder out, JsonNode node, int depth) {
        if (node instanceof ObjectNode object) {
            Map<String, JsonNode> sorted = new TreeMap<>();
            object.properties().forEach(e -> sorted.put(e.getKey(), e.getValue()));
            writeAll(out, '{', '}', depth, sorted.entrySet().iterator(), e -> {
                writeText(out, e.getKey());
                out.append(": ");
                write(out, e.getValue(), depth + 1);
            });
        } else if (node instanceof ArrayNode array) {
            writeAll(out, '[', ']', depth, array.iterator(), e -> write(out, e, depth + 1));
        } else if (node.isTextual()) {
            writeText(out, node.textValue());
        } else if (node.isDouble() || node.isFloat()) {
            out.append(number(node.doubleValue()));
        } else {
            out.append(node); // integers, true, false, null
        }
    }

    /** As Python writes it, so that saving the file in Jupyter changes nothing: 0.000113, 1.5e-07, 3.0. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return "null";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (value == 0 || (exponent >= -4 && exponent < 16)) {
            String plain = shortest.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = shortest.movePointLeft(exponent).toPlainString();
        return digits + (exponent < 0 ? "e-" : "e+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    private static <T> void writeAll(
            StringBuilder out,
            char open,
            char close,
            int depth,
            Iterator<T> elements,
            java.util.function.Consumer<T> one) {
        out.append(open);
        boolean any = elements.hasNext();
        while (elements.hasNext()) {
            out.append('\n').repeat(' ', depth + 1);
            one.accept(elements.next());
            out.append(elements.hasNext() ? "," : "");
        }
        if (any) {
            out.append('\n').repeat(' ', depth);
        }
        out.append(close);
    }

    private static void writeText(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ') {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
