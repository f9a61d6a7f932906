package dev.nibble.cli;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.FileRun;
import dev.nibble.checkpoint.StoredBlock;
import dev.nibble.checkpoint.StoredField;
import dev.nibble.checkpoint.Weight;
import dev.nibble.core.Progress;
import dev.nibble.explain.Optimum;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One block of a weight in words: where its bytes are in the file, what every bit means, and the values. */
final class BlockText {
    private final Checkpoint file;
    private final Weight weight;
    private final StoredBlock block;

    /**
     * Finds the block.
     *
     * @param index counted from 0 over the whole weight
     * @throws CheckpointException if the weight has no blocks, or fewer
     */
    BlockText(Weight weight, long index, Checkpoint file) {
        this.file = file;
        this.weight = weight;
        this.block = weight.block(index)
                .orElseThrow(() -> new CheckpointException("\"" + weight.name() + "\" is stored as " + weight.stored()
                        + ": plain numbers, without blocks"));
        if (block.count() == 0) {
            throw new CheckpointException("block " + index + " of \"" + weight.name()
                    + "\" is a group that the file gives no weight of the row");
        }
    }

    /**
     * Puts all into {@code facts}, and prints it unless a program reads it.
     *
     * @param original what the weight was made from, or null if that is not known
     * @throws CheckpointException if that has another shape
     */
    void describe(Weight original, Map<String, Object> facts, boolean quiet) {
        long cols = weight.cols();
        facts.put("weight", weight.name());
        facts.put("stored", weight.stored());
        facts.put("block", block.index());
        facts.put("row", block.weights()[0] / cols);
        facts.put("column", block.weights()[0] % cols);
        facts.put("count", block.count());
        facts.put("bytes", bytes());
        List<Map<String, Object>> fields = new ArrayList<>();
        for (StoredField field : block.fields()) {
            var one = new LinkedHashMap<String, Object>();
            one.put("name", field.name());
            one.put("role", role(field));
            one.put("bits", field.bits());
            one.put("place", field.place());
            one.put("value", field.value().orElse(null));
            one.put("as_float", field.real().map(r -> Float.toString(r)).orElse(null));
            one.put("weights", field.weights());
            fields.add(one);
        }
        facts.put("fields", fields);
        float[] from = original == null ? null : original(original);
        List<Map<String, Object>> weights = new ArrayList<>();
        for (int i = 0; i < block.count(); i++) {
            var one = new LinkedHashMap<String, Object>();
            one.put("row", block.weights()[i] / cols);
            one.put("column", block.weights()[i] % cols);
            one.put("code", block.codes()[i]);
            one.put("value", block.values()[i]);
            if (from != null) {
                one.put("original", from[i]);
                one.put("error", (double) block.values()[i] - from[i]);
            }
            weights.add(one);
        }
        facts.put("values", weights);
        Optional<Optimum> optimum = from == null ? Optional.empty() : optimum(from);
        optimum.ifPresent(o -> facts.put("optimum", facts(o)));
        if (!quiet) {
            print(facts, weights);
            if (original != null) {
                System.out.println(optimum.map(Optimum::toString)
                        .orElse(
                                "the weights of this format have no codes of at most eight bits of their own: there is no"
                                        + " best scale to compare with"));
            }
        }
    }

    /** What the weights of the block were made from. */
    private float[] original(Weight original) {
        if (original.rows() != weight.rows() || original.cols() != weight.cols()) {
            throw new CheckpointException(String.format(
                    Locale.ROOT,
                    "\"%s\" is [%d, %d], but in the original it is [%d, %d]",
                    weight.name(),
                    weight.rows(),
                    weight.cols(),
                    original.rows(),
                    original.cols()));
        }
        long cols = weight.cols();
        long row = -1;
        float[] line = {};
        float[] from = new float[block.count()];
        for (int i = 0; i < from.length; i++) {
            if (block.weights()[i] / cols != row) {
                row = block.weights()[i] / cols;
                line = original.rows(row, 1, Progress.current().quiet()).values();
            }
            from[i] = line[(int) (block.weights()[i] % cols)];
        }
        return from;
    }

    /** How far the block is from the best for the weights it was made from; empty where there is no such thing. */
    private Optional<Optimum> optimum(float... from) {
        return block.scaled().isEmpty() && block.points().isEmpty()
                ? Optional.empty()
                : Optional.of(Optimum.of(from, block.values(), 0, from.length, block.scaled(), block.points()));
    }

    /** In dB; not a number where it is not known. */
    private static Map<String, Object> facts(Optimum optimum) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("own_db", optimum.own());
        facts.put("best_scale_db", optimum.scale());
        facts.put("best_stored_scale_db", optimum.stored().orElse(Double.NaN));
        facts.put("best_scale_and_offset_db", optimum.shifted().orElse(Double.NaN));
        facts.put("best_code_book_db", optimum.book().orElse(Double.NaN));
        facts.put("code_book_values", optimum.values());
        return facts;
    }

    private static String role(StoredField field) {
        return field.role().name().toLowerCase(Locale.ROOT);
    }

    private void print(Map<String, Object> facts, List<Map<String, Object>> weights) {
        long[] places = block.weights();
        boolean together = places[places.length - 1] - places[0] == places.length - 1;
        System.out.printf(
                Locale.ROOT,
                "block %,d of %s, stored as %s: %d weights from row %,d, column %,d on%s%n",
                block.index(),
                weight.name(),
                weight.stored(),
                block.count(),
                places[0] / weight.cols(),
                places[0] % weight.cols(),
                together ? "" : ", not side by side");
        ((Map<?, ?>) facts.get("bytes")).forEach((where, hex) -> System.out.println(where + ": " + hex));
        System.out.println();
        List<List<String>> rows = new ArrayList<>();
        for (StoredField field : block.fields()) {
            rows.add(List.of(
                    field.name(),
                    role(field),
                    Integer.toString(field.bits()),
                    field.place(),
                    field.value().map(Long::toUnsignedString).orElse(""),
                    field.real().map(r -> Float.toString(r)).orElse(""),
                    field.value().map(v -> binary(v, field.bits())).orElse("")));
        }
        System.out.println(
                Listing.of(List.of("field", "role", ">bits", "where", ">value", ">as float", ">in bits"), rows));
        List<String> headers = new ArrayList<>(List.of(">row", ">column", ">code", ">value"));
        if (weights.getFirst().containsKey("original")) {
            headers.addAll(List.of(">original", ">error"));
        }
        List<List<String>> numbers = weights.stream()
                .map(w -> w.entrySet().stream()
                        .map(e -> e.getKey().equals("error") && e.getValue() instanceof Double d
                                ? String.format(Locale.ROOT, "%.3g", d)
                                : e.getValue().toString())
                        .toList())
                .toList();
        System.out.println(Listing.of(headers, numbers));
    }

    private static String binary(long value, int bits) {
        String digits = Long.toBinaryString(value);
        return bits == 0 ? "" : "0".repeat(Math.max(0, Math.min(64, bits) - digits.length())) + digits;
    }

    /**
     * The bytes of the file that the block's numbers are in, by tensor: first byte and hexadecimal digits. Of tensors of
     * 32-bit words whole words.
     */
    private Map<String, String> bytes() {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        Map<String, TreeMap<Long, Long>> ranges = new LinkedHashMap<>(); // first byte to the one after the last
        for (StoredField field : block.fields()) {
            for (FileRun run : field.runs()) {
                TensorInfo tensor = run.tensor();
                int unit = tensor.type() == DType.I32 ? 4 : 1;
                long from = run.bit() / 8 / unit * unit;
                long to = ((run.bit() + run.count() - 1) / 8 / unit + 1) * unit;
                tensors.put(tensor.name(), tensor);
                ranges.computeIfAbsent(tensor.name(), n -> new TreeMap<>()).merge(from, to, Math::max);
            }
        }
        Map<String, String> bytes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            long from = -1;
            long to = -1;
            for (var range : ranges.get(name).entrySet()) {
                if (from >= 0 && range.getKey() > to) {
                    put(bytes, tensor, from, to);
                    from = -1;
                }
                from = from < 0 ? range.getKey() : from;
                to = Math.max(to, range.getValue());
            }
            put(bytes, tensor, from, to);
        });
        return bytes;
    }

    private void put(Map<String, String> bytes, TensorInfo tensor, long from, long to) {
        StringBuilder hex = new StringBuilder();
        for (byte b : file.stored(tensor.name(), from, Math.toIntExact(to - from))) {
            hex.append(hex.isEmpty() ? "" : " ").append(String.format(Locale.ROOT, "%02x", b));
        }
        String of = file.files().size() == 1
                ? "the file"
                : file.fileOf(tensor.name()).getFileName().toString();
        bytes.put(
                String.format(Locale.ROOT, "%s, byte %,d (of %s %,d)", tensor.name(), from, of, tensor.offset() + from),
                hex.toString());
    }
}
