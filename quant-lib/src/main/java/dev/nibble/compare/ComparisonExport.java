package dev.nibble.compare;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.checkpoint.OutputFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A comparison as CSV, JSON and Markdown. */
final class ComparisonExport {
    private ComparisonExport() {}

    static void check(Path file) {
        ending(file);
        OutputFile.check(file, true, List.of());
    }

    static void write(ComparisonResult result, Path file) {
        String text = switch (ending(file)) {
            case ".csv" -> csv(result);
            case ".json" -> json(result);
            default -> markdown(result);
        };
        OutputFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String ending(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        for (String ending : new String[] {".csv", ".json", ".md"}) {
            if (name.endsWith(ending)) {
                return ending;
            }
        }
        throw new IllegalArgumentException(
                file + ": a comparison is written as .csv, .json or .md; end the name with one of these");
    }

    static ObjectNode tree(ComparisonResult result) {
        ObjectNode tree = ReportJson.tree(result);
        ArrayNode rows = (ArrayNode) tree.path("rows");
        List<ComparisonRow> front = result.front();
        for (int i = 0; i < rows.size(); i++) {
            ComparisonRow row = result.rows().get(i);
            ObjectNode node = (ObjectNode) rows.get(i);
            ((ObjectNode) node.path("sizes")).put("bitsPerWeight", row.sizes().bitsPerWeight());
            node.put("base", row.isBase()).put("front", front.contains(row));
        }
        return tree.put("verdict", result.verdict());
    }

    static String json(ComparisonResult result) {
        return ReportJson.pretty(tree(result)) + "\n";
    }

    static String csv(ComparisonResult result) {
        List<Map<String, Object>> lines =
                result.rows().stream().map(row -> fields(result, row)).toList();
        List<String> names =
                lines.stream().flatMap(l -> l.keySet().stream()).distinct().toList();
        StringBuilder out = new StringBuilder();
        line(out, names);
        lines.forEach(l ->
                line(out, names.stream().map(name -> text(l.get(name))).toList()));
        return out.toString();
    }

    private static Map<String, Object> fields(ComparisonResult result, ComparisonRow row) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("recipe", row.recipe());
        all.put("bits_per_weight", row.sizes().bitsPerWeight());
        all.put("quantized_bytes", row.sizes().quantizedBytes());
        all.put("quantized_weights", row.sizes().quantizedValues());
        all.put("model_bytes", row.sizes().bytes());
        all.put("model_weights", row.sizes().values());
        all.put("fallback_tensors", row.sizes().fallbacks());
        all.put("perplexity", row.perplexity());
        all.put("perplexity_error", row.perplexityError());
        all.put("ln_perplexity_ratio", row.logRatio());
        all.put("ln_perplexity_ratio_error", row.logRatioError());
        all.put("kl_nats_per_token", row.kl());
        all.put("kl_nats_per_token_error", row.klError());
        all.put("kl_nats_per_token_p99", row.kl99());
        all.put("same_top_share", row.sameTop());
        all.put("same_top_share_error", row.sameTopError());
        all.put("rms_delta_p_points", row.rmsDeltaP());
        all.put("rms_delta_p_points_error", row.rmsDeltaPError());
        all.put("entropy_nats", row.entropy());
        row.accuracies().forEach((task, share) -> {
            all.put("acc_norm_share: " + task, share);
            all.put("acc_norm_share_error: " + task, row.accuracyErrors().get(task));
        });
        all.put("answers_lost", row.lost());
        all.put("answers_gained", row.gained());
        all.put("mcnemar_p", row.flipsP());
        all.put("evaluation_seconds", row.seconds());
        all.put("model", result.model());
        all.put("model_sha256", result.modelHash());
        all.put("data", result.data());
        all.put("scored_tokens_sha256", result.dataHash());
        all.put("protocol", result.protocol());
        all.put("scored_tokens", result.tokens());
        all.put("questions", result.questions());
        for (int layer = 0; layer < row.layers().size(); layer++) {
            all.put("relative_hidden_error: layer " + layer, row.layers().get(layer));
        }
        return all;
    }

    private static String text(Object value) {
        return value == null || (value instanceof Double d && !Double.isFinite(d)) ? "" : value.toString();
    }

    private static void line(StringBuilder out, List<String> cells) {
        out.append(cells.stream().map(ComparisonExport::quoted).collect(Collectors.joining(",")))
                .append("\r\n");
    }

    private static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    static String markdown(ComparisonResult result) {
        boolean questions = result.questions() > 0;
        List<String> head = new ArrayList<>(List.of(
                "recipe",
                "bits/weight",
                "quantized MB",
                "model MB",
                "perplexity",
                "ln PPL ratio",
                "KL (nats/token)",
                "KL 99 %",
                "same top %",
                "RMS Δp (points)"));
        if (questions) {
            head.addAll(List.of("acc_norm %", "flips lost/won"));
        }
        head.add("seconds");
        StringBuilder out = new StringBuilder();
        out.append("**")
                .append(escaped(result.model()))
                .append("** on ")
                .append(escaped(result.data()))
                .append("\n\n");
        cells(out, head);
        cells(out, head.stream().map(h -> h.equals("recipe") ? ":--" : "--:").toList());
        result.rows().forEach(row -> cells(out, cells(row, questions)));
        out.append(String.format(
                Locale.ROOT,
                "\n%s; %,d tokens scored%s. ± is one standard error.\n",
                escaped(result.protocol()),
                result.tokens(),
                questions ? ", " + result.questions() + " questions" : ""));
        if (!result.note().isEmpty()) {
            out.append("\n**").append(escaped(result.note())).append("**\n");
        }
        if (!result.missing().isEmpty()) {
            out.append("\nNot done yet: ")
                    .append(escaped(String.join(", ", result.missing())))
                    .append(".\n");
        }
        return out.append('\n').append(escaped(result.verdict())).append('\n').toString();
    }

    private static List<String> cells(ComparisonRow row, boolean questions) {
        boolean base = row.isBase();
        List<String> cells = new ArrayList<>();
        cells.add(base ? row.recipe() : "`" + row.recipe().replace("|", "\\|") + "`");
        cells.add(String.format(Locale.ROOT, "%.3f", row.sizes().bitsPerWeight()));
        cells.add(String.format(Locale.ROOT, "%.2f", row.sizes().quantizedBytes() / 1e6));
        cells.add(String.format(Locale.ROOT, "%.2f", row.sizes().bytes() / 1e6));
        cells.add(String.format(
                Locale.ROOT,
                row.perplexity() < 10_000 ? "%.3f ± %.3f" : "%.3g ± %.2g",
                row.perplexity(),
                row.perplexityError()));
        cells.add(base ? "" : String.format(Locale.ROOT, "%+.4f ± %.4f", row.logRatio(), row.logRatioError()));
        cells.add(base ? "" : row.klText());
        cells.add(base ? "" : String.format(Locale.ROOT, "%.4f", row.kl99()));
        cells.add(base ? "" : String.format(Locale.ROOT, "%.1f ± %.1f", 100 * row.sameTop(), 100 * row.sameTopError()));
        cells.add(base ? "" : String.format(Locale.ROOT, "%.2f ± %.2f", row.rmsDeltaP(), row.rmsDeltaPError()));
        if (questions) {
            cells.add(row.accuracies().entrySet().stream()
                    .findFirst()
                    .map(all -> String.format(
                            Locale.ROOT,
                            "%.1f ± %.1f",
                            100 * all.getValue(),
                            100 * row.accuracyErrors().getOrDefault(all.getKey(), Double.NaN)))
                    .orElse(""));
            cells.add(base ? "" : row.lost() + "/" + row.gained());
        }
        cells.add(String.format(Locale.ROOT, "%.1f", row.seconds()));
        return cells;
    }

    private static void cells(StringBuilder out, List<String> cells) {
        out.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    /** Names stand as they are, whatever they mean in Markdown. */
    private static String escaped(String text) {
        return text.replaceAll("[\\\\`*_\\[\\]<>|#~&]", "\\\\$0").replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }
}
