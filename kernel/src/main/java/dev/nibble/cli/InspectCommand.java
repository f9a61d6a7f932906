package dev.nibble.cli;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.Weight;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.Progress;
import dev.nibble.model.Model;
import dev.nibble.plot.Numbers;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import dev.nibble.tensor.TensorStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is in a model file, down to the bits of one block. */
@Command(
        name = "inspect",
        description = {
            "Look into a model file: what it says about itself, its weights, one weight, or one block bit by bit.",
            "",
            "  nibble inspect smollm2-135m",
            "  nibble inspect smollm2-135m --tensor blk.0.ffn_down.weight --block 7",
            "  nibble inspect small.gguf --tensor blk.0.ffn_down.weight --block 7 --original model.safetensors",
            ""
        })
final class InspectCommand extends LaboratoryCommand {
    /** Longest text of a metadata value that is printed for people, in characters. */
    private static final int LONGEST = 120;

    /** Values that are not finite, as many as are listed. */
    private static final int SHOWN = 8;

    @Mixin
    private JsonOption json;

    @Option(
            names = {"-t", "--tensor"},
            paramLabel = "NAME",
            description = "One weight: how it is stored, and the statistics of its values.")
    private String tensor;

    @Option(
            names = {"-b", "--block"},
            paramLabel = "NUMBER",
            description = "With --tensor: one of its blocks, counted from 0: its bytes, what every bit means, and the"
                    + " values.")
    private Long block;

    @Option(
            names = "--original",
            paramLabel = "FILE",
            description = "With --block: the weights that the file was made from; then the error of the block is shown"
                    + " beside what the best scale and the best code book for these weights would reach, in dB.")
    private String original;

    @Parameters(paramLabel = "FILE", description = ModelOption.WORDS)
    private String file;

    @Override
    boolean computes() {
        return tensor != null;
    }

    @Override
    boolean streams() {
        return true;
    }

    @Override
    int work() {
        if (block != null && tensor == null) {
            throw new IllegalArgumentException("--block needs --tensor NAME: blocks are counted in one weight");
        }
        if (original != null && block == null) {
            throw new IllegalArgumentException(
                    "--original needs --block NUMBER: it is compared with one block of one weight");
        }
        try (Model model = ModelOption.open(file);
                Model source = original == null ? null : ModelOption.open(original)) {
            Weights weights = Weights.of(model.checkpoint());
            Map<String, Object> facts = new LinkedHashMap<>();
            if (tensor == null) {
                describe(model, weights, facts);
            } else if (block == null) {
                describe(weights.get(tensor), model.checkpoint(), facts);
            } else {
                Weight from =
                        source == null ? null : Weights.of(source.checkpoint()).get(tensor);
                new BlockText(weights.get(tensor), block, model.checkpoint()).describe(from, facts, json.asked());
            }
            if (json.asked()) {
                Json.print(facts);
            }
        }
        return 0;
    }

    private void describe(Model model, Weights weights, Map<String, Object> facts) {
        facts.put("file", model.checkpoint().path().toString());
        facts.put("kind", model.checkpoint().kind());
        facts.put("metadata", metadata(model, Integer.MAX_VALUE));
        model.checkpoint().config().ifPresent(config -> facts.put("config", config));
        facts.put("warnings", model.checkpoint().warnings());
        facts.put(
                "weights",
                weights.all().stream().map(w -> facts(w, model.checkpoint())).toList());
        if (json.asked()) {
            return;
        }
        List<List<String>> keys = new ArrayList<>();
        metadata(model, LONGEST).forEach((key, value) -> keys.add(List.of(key, String.valueOf(value))));
        if (!keys.isEmpty()) {
            System.out.println(Listing.of(List.of("key", "value"), keys));
        }
        List<List<String>> rows = weights.all().stream()
                .map(w -> List.of(
                        w.name(),
                        Arrays.toString(w.shape()),
                        w.stored(),
                        Numbers.bytes(w.bytes()),
                        w.count() == 0 ? "" : String.format(Locale.ROOT, "%.4g", 8.0 * w.bytes() / w.count())))
                .toList();
        System.out.println(Listing.of(List.of("weight", "shape", "stored", ">size", ">bits/weight"), rows));
        model.checkpoint().warnings().forEach(warning -> System.out.println("note: " + warning));
        System.out.println(model);
    }

    /** What the file says about itself; long texts and lists only as far as a person wants to see them. */
    private static Map<String, Object> metadata(Model model, int longest) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        model.checkpoint().metadata().forEach((key, value) -> {
            if (value instanceof List<?> list && list.size() > 16) {
                metadata.put(key, String.format(Locale.ROOT, "%,d values, first %s", list.size(), list.getFirst()));
            } else {
                String text = String.valueOf(value);
                boolean isShort = text.length() <= longest;
                metadata.put(
                        key, isShort ? value : text.substring(0, longest) + "… (" + text.length() + " characters)");
            }
        });
        return metadata;
    }

    private static Map<String, Object> facts(Weight weight, Checkpoint checkpoint) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("name", weight.name());
        facts.put("shape", weight.shape());
        facts.put("stored", weight.stored());
        facts.put("bytes", weight.bytes());
        facts.put("bits_per_weight", weight.count() == 0 ? null : 8.0 * weight.bytes() / weight.count());
        facts.put(
                "tensors",
                weight.tensors().stream().map(t -> facts(t, checkpoint)).toList());
        return facts;
    }

    private static Map<String, Object> facts(TensorInfo tensor, Checkpoint checkpoint) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("name", tensor.name());
        facts.put("type", tensor.type().name());
        facts.put("shape", tensor.shape());
        facts.put("bytes", tensor.bytes());
        facts.put("offset", tensor.offset());
        if (checkpoint.files().size() > 1) {
            facts.put("file", checkpoint.fileOf(tensor.name()).getFileName().toString());
        }
        return facts;
    }

    private void describe(Weight weight, Checkpoint checkpoint, Map<String, Object> facts) {
        facts.putAll(facts(weight, checkpoint));
        Iterable<Matrix> pieces = weight.pieces(Progress.current().quiet());
        TensorStatistics statistics = TensorStatistics.of(pieces);
        List<String> odd = notFinite(pieces, facts);
        facts.put("mean", statistics.mean());
        facts.put("std", statistics.std());
        facts.put("min", statistics.min());
        facts.put("max", statistics.max());
        facts.put("absmax", statistics.absmax());
        facts.put("excess_kurtosis", Double.isFinite(statistics.kurtosis()) ? statistics.kurtosis() : null);
        if (json.asked()) {
            return;
        }
        System.out.println(weight.name() + " " + Arrays.toString(weight.shape()) + ", stored as " + weight.stored());
        weight.format().ifPresent(format -> System.out.println(format.description()));
        for (TensorInfo t : weight.tensors()) {
            String of = checkpoint.files().size() == 1
                    ? ""
                    : " of " + checkpoint.fileOf(t.name()).getFileName();
            System.out.printf(Locale.ROOT, "  %s: %,d bytes from byte %,d%s on%n", t, t.bytes(), t.offset(), of);
        }
        System.out.printf(
                Locale.ROOT,
                "%,d values, %.4g bits each%n%s%n",
                weight.count(),
                8.0 * weight.bytes() / weight.count(),
                statistics);
        odd.forEach(System.out::println);
    }

    /** Where values are not finite: how many, and the first of them. */
    private static List<String> notFinite(Iterable<Matrix> pieces, Map<String, Object> facts) {
        long count = 0;
        long firstRow = 0;
        List<Map<String, Object>> first = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (Matrix piece : pieces) {
            for (int i = 0; i < piece.size(); i++) {
                float v = piece.values()[i];
                if (!Float.isFinite(v) && ++count <= SHOWN) {
                    long row = firstRow + i / piece.cols();
                    var place = new LinkedHashMap<String, Object>();
                    place.put("row", row);
                    place.put("column", i % piece.cols());
                    place.put("value", Float.toString(v));
                    first.add(place);
                    lines.add(String.format(Locale.ROOT, "  row %,d, column %,d: %s", row, i % piece.cols(), v));
                }
            }
            firstRow += piece.rows();
        }
        facts.put("not_finite", count);
        facts.put("not_finite_first", first);
        if (count > 0) {
            lines.addFirst(String.format(
                    Locale.ROOT,
                    "%,d values are not finite%s:",
                    count,
                    count > SHOWN ? ", the first " + SHOWN + " of them" : ""));
        }
        return lines;
    }
}
