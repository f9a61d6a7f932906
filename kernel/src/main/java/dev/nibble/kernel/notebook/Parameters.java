package dev.nibble.kernel.notebook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import dev.nibble.kernel.notebook.NotebookDocument.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values for a notebook from outside, as papermill gives them: a cell after the one tagged {@code parameters}, itself
 * tagged {@code injected-parameters}, sets what that one declares. A cell of an earlier run is replaced; where no cell is
 * tagged, the values come first.
 */
public final class Parameters {
    private static final String TAG = "parameters";
    private static final String INJECTED = "injected-parameters";
    private static final Pattern NAME = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*");
    private static final Pattern DECLARATION = Pattern.compile(
            "(?m)(?:^|;)\\s*(?:final\\s+)?([\\w.<>\\[\\], ]+?)\\s+([\\p{L}_$][\\w$]*)\\s*=\\s*([^;\\n]*)");
    private static final Pattern INTEGER = Pattern.compile("[-+]?\\d{1,18}");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

    private Parameters() {}

    /**
     * The notebook with values set.
     *
     * @param values by name; a value is written as the declared variable's type wants it: a text needs no quotes
     * @throws IllegalArgumentException if a name is none in Java, or is not declared by the notebook's parameters, which
     *     the message lists
     */
    public static NotebookDocument inject(NotebookDocument notebook, Map<String, String> values) {
        if (values.isEmpty()) {
            return notebook;
        }
        List<Cell> cells = new ArrayList<>(notebook.cells());
        cells.removeIf(cell -> cell.hasTag(INJECTED));
        int at = -1;
        for (int i = 0; i < cells.size() && at < 0; i++) {
            at = cells.get(i).kind() == Kind.CODE && cells.get(i).hasTag(TAG) ? i : -1;
        }
        String declared = at < 0 ? "" : cells.get(at).source();
        var code = new StringBuilder("// Parameters\n");
        for (Map.Entry<String, String> value : values.entrySet()) {
            if (!NAME.matcher(value.getKey()).matches()) {
                throw new IllegalArgumentException("\"" + value.getKey() + "\" is no name of a variable");
            }
            code.append(line(declared, at >= 0, value.getKey(), value.getValue()))
                    .append('\n');
        }
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        metadata.putArray("tags").add(INJECTED);
        Cell injected = new Cell(
                Kind.CODE,
                INJECTED,
                code.toString().stripTrailing(),
                metadata,
                JsonNodeFactory.instance.objectNode(),
                null,
                List.of());
        cells.add(at + 1, injected);
        return notebook.withCells(cells);
    }

    private static String line(String declared, boolean tagged, String name, String value) {
        var names = new TreeSet<String>();
        Matcher declaration = DECLARATION.matcher(declared);
        while (declaration.find()) {
            if (declaration.group(2).equals(name)) {
                String type = declaration.group(1).strip();
                boolean isText = type.equals("String")
                        || (type.equals("var") && declaration.group(3).strip().startsWith("\""));
                return name + " = "
                        + (isText ? quoted(value) : type.equals("float") && isNumber(value) ? value + "f" : value)
                        + ";";
            }
            names.add(declaration.group(2));
        }
        if (tagged) {
            throw new IllegalArgumentException("the notebook's cell tagged \"" + TAG + "\" declares no " + name
                    + (names.isEmpty() ? "" : "; it declares " + String.join(", ", names)));
        }
        return declaration(name, value);
    }

    /** A declaration of the type that the value looks like. */
    private static String declaration(String name, String value) {
        if (INTEGER.matcher(value).matches()) {
            long number = Long.parseLong(value);
            return number == (int) number ? "int " + name + " = " + value + ";" : "long " + name + " = " + value + "L;";
        }
        if (DECIMAL.matcher(value).matches()) {
            return "double " + name + " = " + value + ";";
        }
        if (value.equals("true") || value.equals("false")) {
            return "boolean " + name + " = " + value + ";";
        }
        return "String " + name + " = " + quoted(value) + ";";
    }

    private static boolean isNumber(String value) {
        return DECIMAL.matcher(value).matches();
    }

    private static String quoted(String text) {
        var out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
