package dev.nibble.tests.bench;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.compute.Provider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was measured, as a table of ratios and as JSON.
 *
 * @param read what one thread reads of memory, GB per CPU second
 * @param readWall the same per second on the wall
 * @param rounds JVMs behind each median
 * @param failures what could not be run, in words
 */
record BenchResults(
        double read, double readWall, int rounds, List<Variant> variants, List<Row> rows, List<String> failures) {

    /**
     * One format.
     *
     * @param cpu GB of float32 per CPU second, by "encode ours", "decode ggml-native"
     * @param wall the same per second on the wall
     * @param stored bytes of what the allocation runs encode
     * @param allocated bytes that one of those allocates
     * @param allocatedTraced the same with a trace
     */
    record Row(
            String recipe,
            double bits,
            Map<String, Double> cpu,
            Map<String, Double> wall,
            long stored,
            double allocated,
            double allocatedTraced) {
        double speed(String operation, Variant variant) {
            return cpu.getOrDefault(operation + " " + variant.word(), Double.NaN);
        }

        /** How many times as fast as another we are; NaN if that one was not run. */
        double times(String operation, Variant other) {
            return speed(operation, Variant.OURS) / speed(operation, other);
        }

        double allocatedPerStored() {
            return allocated / stored;
        }
    }

    /** The table that a person reads. */
    String table() {
        List<String> head = new ArrayList<>(List.of("recipe", "bits"));
        for (String operation : List.of("encode", "decode")) {
            head.add(operation);
            head.add("/read");
            variants.stream().filter(v -> v != Variant.OURS).forEach(v -> head.add("x " + v.word()));
        }
        head.add("allocated");
        head.add("traced");
        List<List<String>> lines = new ArrayList<>();
        lines.add(head);
        for (Row row : rows) {
            List<String> line = new ArrayList<>(List.of(row.recipe(), Figures.figure(row.bits())));
            for (String operation : List.of("encode", "decode")) {
                line.add(Figures.figure(row.speed(operation, Variant.OURS)));
                line.add(Figures.figure(row.speed(operation, Variant.OURS) / read));
                variants.stream()
                        .filter(v -> v != Variant.OURS)
                        .forEach(v -> line.add(Figures.figure(row.times(operation, v))));
            }
            line.add(Figures.figure(row.allocatedPerStored()));
            line.add(Figures.figure(row.allocatedTraced() / row.stored()));
            lines.add(line);
        }
        StringBuilder text = new StringBuilder();
        text.append("One thread, GB of float32 per CPU second; medians of ")
                .append(rounds)
                .append(" JVMs. ");
        text.append("Reading memory: ").append(Figures.figure(read)).append(" GB/s. ");
        text.append(Provider.why()).append('\n');
        text.append(
                "x: how many times as fast as the other; allocated: bytes per stored byte, without and with a trace.\n\n");
        for (List<String> line : lines) {
            for (int c = 0; c < line.size(); c++) {
                int column = c;
                int width = lines.stream()
                        .mapToInt(l -> l.get(column).length())
                        .max()
                        .orElse(0);
                text.append(c == 0 ? pad(line.get(c), width, false) : "  " + pad(line.get(c), width, true));
            }
            text.append('\n');
        }
        rows.forEach(row -> missed(row)
                .ifPresent(words ->
                        text.append("\n").append(row.recipe()).append(": ").append(words)));
        failures.forEach(words -> text.append("\nnot run: ").append(words));
        for (Ggml.Build build : Ggml.Build.values()) {
            if (build.library().isEmpty()) {
                text.append("\nggml's ").append(build).append(" build is not there, so its column is empty");
            }
        }
        return text.append('\n').toString();
    }

    private java.util.Optional<String> missed(Row row) {
        return Goal.of(row.recipe())
                .missed(
                        row.speed("encode", Variant.OURS) / read,
                        row.times("encode", Variant.GGML_NATIVE),
                        Math.min(row.times("encode", Variant.SCALAR), row.times("decode", Variant.SCALAR)));
    }

    private static String pad(String text, int width, boolean right) {
        String blanks = " ".repeat(width - text.length());
        return right ? blanks + text : text + blanks;
    }

    /** The same for programs. */
    String json() throws IOException {
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        ObjectNode root = mapper.createObjectNode();
        root.put("unit", "GB of float32 per CPU second of one thread; medians");
        root.put("jvms", rounds);
        root.put("java", System.getProperty("java.vm.version"));
        root.put(
                "machine",
                System.getProperty("os.arch") + ", " + Runtime.getRuntime().availableProcessors() + " processors");
        root.put("kernels", Provider.why());
        root.put("read", Figures.rounded(read));
        root.put("read_wall", Figures.rounded(readWall));
        ArrayNode array = root.putArray("formats");
        for (Row row : rows) {
            ObjectNode node = array.addObject();
            node.put("recipe", row.recipe());
            node.put("bits", Figures.rounded(row.bits()));
            for (String operation : List.of("encode", "decode")) {
                ObjectNode of = node.putObject(operation);
                put(of, "speed", row.speed(operation, Variant.OURS));
                put(of, "speed_wall", row.wall().getOrDefault(operation + " ours", Double.NaN));
                put(of, "of_read", row.speed(operation, Variant.OURS) / read);
                Map<String, Double> times = new TreeMap<>();
                variants.stream()
                        .filter(v -> v != Variant.OURS)
                        .forEach(v -> times.put("times_" + v.word().replace('-', '_'), row.times(operation, v)));
                times.forEach((name, value) -> put(of, name, value));
            }
            put(node, "allocated_per_stored_byte", row.allocatedPerStored());
            put(node, "allocated_per_stored_byte_traced", row.allocatedTraced() / row.stored());
            missed(row).ifPresent(words -> node.put("missed", words));
        }
        ArrayNode notRun = root.putArray("not_run");
        failures.forEach(notRun::add);
        return mapper.writeValueAsString(root) + "\n";
    }

    private static void put(ObjectNode node, String name, double value) {
        if (!Double.isNaN(value)) {
            node.put(name, Figures.rounded(value));
        }
    }
}
