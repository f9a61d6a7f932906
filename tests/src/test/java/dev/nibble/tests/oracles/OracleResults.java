package dev.nibble.tests.oracles;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts of equal and different cases per recipe and original, and the reasons for those that may differ. */
final class OracleResults {
    private static final class Tally {
        private int cases;
        private int equal;
        private int documented;
        private long weights;
        private final Map<String, String> reasons = new TreeMap<>();
        private final List<String> unexplained = new ArrayList<>();
    }

    private final JsonNode index;
    private final Map<String, Map<String, Tally>> tallies = new TreeMap<>();

    OracleResults(JsonNode index) {
        this.index = index;
    }

    synchronized void add(OracleCase one, List<String> differences) {
        Tally tally = tallies.computeIfAbsent(one.recipe(), r -> new TreeMap<>())
                .computeIfAbsent(one.original(), o -> new Tally());
        tally.cases++;
        tally.weights += (long) one.rows() * one.cols();
        if (differences.isEmpty()) {
            tally.equal++;
        } else if (one.differs() != null) {
            tally.documented++;
            tally.reasons.put(one.kind(), one.differs());
        } else {
            tally.unexplained.add(one.title() + ": " + String.join("; ", differences));
        }
    }

    String summary() {
        int cases = sum(t -> t.cases);
        int equal = sum(t -> t.equal);
        int documented = sum(t -> t.documented);
        return String.format(
                Locale.ROOT,
                "seed %d: %d recipes, %d cases: %d equal, %d different as documented, %d different",
                index.path("seed").asLong(),
                tallies.size(),
                cases,
                equal,
                documented,
                cases - equal - documented);
    }

    private int sum(java.util.function.ToIntFunction<Tally> of) {
        return tallies.values().stream()
                .flatMap(m -> m.values().stream())
                .mapToInt(of)
                .sum();
    }

    String toJson() throws IOException {
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        ObjectNode root = mapper.createObjectNode();
        root.put("seed", index.path("seed").asLong());
        root.set("packages", index.path("packages"));
        root.put("summary", summary());
        ArrayNode rows = root.putArray("recipes");
        tallies.forEach((recipe, originals) -> originals.forEach((original, tally) -> {
            ObjectNode row = rows.addObject();
            row.put("recipe", recipe);
            row.put("original", original);
            row.put("cases", tally.cases);
            row.put("weights", tally.weights);
            row.put("equal", tally.equal);
            row.put("different", tally.cases - tally.equal);
            if (!tally.reasons.isEmpty()) {
                ObjectNode reasons = row.putObject("documented");
                tally.reasons.forEach(reasons::put);
            }
            tally.unexplained.stream().findFirst().ifPresent(first -> row.put("unexplained", first));
        }));
        return mapper.writeValueAsString(root) + "\n";
    }
}
