package dev.nibble.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A report beside the same comparison run again. Every field of the result and of the manifest is compared, numbers to the
 * last bit, except when it ran and how long it took; on what it ran is told apart ({@link #circumstances}).
 *
 * @param differences what differs; empty if nothing does
 * @param circumstances machine, versions and names that differ, and that no number depends on
 * @param numbers how many numbers were compared
 * @param rows of how many rows
 */
public record Verification(List<Difference> differences, List<Difference> circumstances, int numbers, int rows) {
    /**
     * One field that is not the same.
     *
     * @param where the field: {@code rows[int3:g32].kl}
     * @param reported its value in the report; "nothing" if it is not there
     * @param now its value now
     */
    public record Difference(String where, String reported, String now) {
        @Override
        public String toString() {
            return where + ": " + reported + " in the report, " + now + " now";
        }
    }

    /** Fields that say where and under which names something ran. */
    private static final List<String> CIRCUMSTANCES =
            List.of("manifest.nibble", "manifest.machine.", "manifest.model", "model", "data");

    public Verification {
        differences = List.copyOf(differences);
        circumstances = List.copyOf(circumstances);
    }

    static Verification of(Report reported, Report now) {
        Map<String, JsonNode> was = fields(reported);
        Map<String, JsonNode> is = fields(now);
        Set<String> all = new LinkedHashSet<>(was.keySet());
        all.addAll(is.keySet());
        List<Difference> differences = new ArrayList<>();
        List<Difference> circumstances = new ArrayList<>();
        int numbers = 0;
        for (String where : all) {
            JsonNode a = was.get(where);
            JsonNode b = is.get(where);
            boolean circumstance = isCircumstance(where);
            numbers += !circumstance && a != null && a.isNumber() ? 1 : 0;
            if (!same(a, b)) {
                (circumstance ? circumstances : differences).add(new Difference(where, text(a), text(b)));
            }
        }
        return new Verification(
                differences, circumstances, numbers, reported.result().rows().size());
    }

    private static boolean isCircumstance(String where) {
        return CIRCUMSTANCES.stream().anyMatch(c -> c.endsWith(".") ? where.startsWith(c) : where.equals(c))
                || (where.startsWith("manifest.data[") && (where.endsWith(".name") || where.endsWith(".embedded")));
    }

    private static Map<String, JsonNode> fields(Report report) {
        ObjectNode result = ReportJson.tree(report.result());
        result.path("rows").forEach(row -> ((ObjectNode) row).remove("seconds"));
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        ObjectNode manifest = ReportJson.tree(report.manifest());
        manifest.remove("date");
        flatten("manifest", manifest, fields);
        flatten("", result, fields);
        return fields;
    }

    private static void flatten(String where, JsonNode node, Map<String, JsonNode> fields) {
        if (node.isObject()) {
            node.properties()
                    .forEach(e ->
                            flatten(where.isEmpty() ? e.getKey() : where + "." + e.getKey(), e.getValue(), fields));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                String label = node.get(i).path("recipe").asText(Integer.toString(i));
                flatten(where + "[" + label + "]", node.get(i), fields);
            }
        } else {
            fields.put(where, node);
        }
    }

    private static boolean same(JsonNode a, JsonNode b) {
        if (a == null || b == null) {
            return false;
        }
        if (a.isFloatingPointNumber() && b.isFloatingPointNumber()) { // 0 and -0 are two values here
            return Double.doubleToLongBits(a.doubleValue()) == Double.doubleToLongBits(b.doubleValue());
        }
        return a.equals(b);
    }

    private static String text(JsonNode value) {
        return value == null ? "nothing" : value.isNull() ? "not a number" : value.asText();
    }

    /** Whether nothing differs. */
    public boolean ok() {
        return differences.isEmpty();
    }

    /** What was compared and what differs, in words; one line for each difference. */
    public String text() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: %,d numbers of %,d rows were compared with the same computed anew, to the last bit.\n",
                ok()
                        ? "Nothing differs"
                        : differences.size() == 1 ? "1 field differs" : differences.size() + " fields differ",
                numbers,
                rows));
        differences.forEach(d -> text.append("  ").append(d).append('\n'));
        text.append("Not compared: when it ran, and how long rows took.\n");
        if (!circumstances.isEmpty()) {
            text.append("Other than in the report, and no number may depend on it:\n");
            circumstances.forEach(d -> text.append("  ").append(d).append('\n'));
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return text();
    }
}
