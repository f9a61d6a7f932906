package dev.nibble.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.checkpoint.QuantizePlanner.Plan;
import dev.nibble.core.ModelRecipe.Part;
import dev.nibble.format.Format;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a loader wants to know of a quantized file, besides the file: the {@code quantization_config} of a model's {@code
 * config.json}. Keys are those of transformers 5 (quantization_config.py), of compressed-tensors 0.17
 * (QuantizationConfig), and for GPTQ's exceptions of GPTQModel ({@code dynamic}), which vLLM reads too.
 */
public final class LoaderConfig {
    /** The key in config.json. */
    public static final String KEY = "quantization_config";

    private static final long LONGEST = 1 << 24;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Object> content;

    private LoaderConfig(Map<String, Object> content) {
        this.content = content;
    }

    /** How some weights are stored, as a loader wants it said. */
    private record Settings(int bits, int group, boolean symmetric, Map<String, Object> words) {}

    /**
     * What a loader of this layout wants to know.
     *
     * @param plans what becomes of each weight
     * @return empty for our own layout, which no loader knows
     * @throws IllegalArgumentException if such a config has no words for it; the message says why
     */
    static Optional<LoaderConfig> of(SafetensorsLayout layout, List<Plan> plans) {
        Map<String, Settings> stored = new LinkedHashMap<>();
        List<String> kept = new ArrayList<>();
        for (Plan plan : plans) {
            Weight weight = plan.weight();
            String module = module(weight.name());
            if (plan.isEncoded() && !(plan.layout() instanceof OneTensorLayout)) {
                stored.put(module, settings(layout, plan.format(), weight));
            } else if (weight.shape().length == 2 && weight.name().endsWith(".weight")) {
                Part part = Part.ofTensor(weight.name(), 2);
                if (part == Part.WEIGHTS || part == Part.HEAD || Part.isRouter(weight.name())) {
                    kept.add(module);
                }
            }
        }
        if (layout == SafetensorsLayout.PARTS || stored.isEmpty()) {
            return Optional.empty();
        }
        var content = new LinkedHashMap<String, Object>();
        switch (layout) {
            case GPTQ, GPTQ_V2 -> gptq(content, layout, stored, kept);
            case AWQ -> awq(content, only(layout, stored), kept);
            case COMPRESSED_TENSORS, NVFP4_PACK -> compressedTensors(content, layout, stored, kept);
            case BNB -> bitsandbytes(content, only(layout, stored), kept);
            case HQQ -> hqq(content, only(layout, stored), kept);
            case PARTS -> throw new IllegalStateException();
        }
        return Optional.of(new LoaderConfig(content));
    }

    private static String module(String weight) {
        return weight.endsWith(".weight") ? weight.substring(0, weight.length() - ".weight".length()) : weight;
    }

    private static Settings settings(SafetensorsLayout layout, Format format, Weight weight) {
        List<String> words = format.canonical().options();
        return switch (layout) {
            case BNB ->
                new Settings(
                        4,
                        0,
                        true,
                        Map.of(
                                "bnb_4bit_quant_type",
                                format.recipe().name().equals("nf4") ? "nf4" : "fp4",
                                "bnb_4bit_use_double_quant",
                                words.contains("dq")));
            case NVFP4_PACK -> new Settings(4, 16, true, Map.of());
            case HQQ -> {
                HqqLayout.Plan plan = HqqLayout.Plan.of(format, weight.rows(), (int) weight.cols());
                boolean optimize = !words.contains("it0");
                yield new Settings(
                        plan.bits(),
                        plan.group(),
                        false,
                        Map.of("optimize", optimize, "round_zero", words.contains("round-zero")));
            }
            default -> {
                AffineParts parts = AffineParts.of(format, weight.rows(), (int) weight.cols(), layout.word());
                boolean centred = !parts.stored() && parts.centre() == 1 << (parts.bits() - 1);
                yield new Settings(parts.bits(), parts.groups() == 1 ? -1 : parts.group(), centred, Map.of());
            }
        };
    }

    private static Settings only(SafetensorsLayout layout, Map<String, Settings> stored) {
        List<Settings> kinds = stored.values().stream().distinct().toList();
        if (kinds.size() > 1) {
            throw new IllegalArgumentException("a " + KEY + " for " + layout.word()
                    + " has one setting for all weights, but these have " + kinds.size()
                    + ": loaders of that layout will not read this file");
        }
        return kinds.getFirst();
    }

    private static void gptq(
            Map<String, Object> content, SafetensorsLayout layout, Map<String, Settings> stored, List<String> kept) {
        Settings usual = mostCommon(stored);
        content.put("quant_method", "gptq");
        content.put("bits", usual.bits());
        content.put("group_size", usual.group());
        content.put("sym", usual.symmetric());
        content.put("desc_act", false);
        content.put("checkpoint_format", layout.word());
        content.put("lm_head", stored.keySet().stream().anyMatch(m -> m.endsWith("lm_head")));
        var exceptions = new LinkedHashMap<String, Object>();
        stored.forEach((module, its) -> {
            if (!its.equals(usual)) {
                var words = new LinkedHashMap<String, Object>();
                words.put("bits", its.bits());
                words.put("group_size", its.group());
                words.put("sym", its.symmetric());
                exceptions.put("+:" + pattern(module), words);
            }
        });
        kept.forEach(module -> exceptions.put("-:" + pattern(module), Map.of()));
        if (!exceptions.isEmpty()) {
            content.put("dynamic", exceptions);
        }
    }

    private static String pattern(String module) {
        return "^" + module.replace(".", "\\.") + "$";
    }

    private static Settings mostCommon(Map<String, Settings> stored) {
        Map<Settings, Integer> counts = new LinkedHashMap<>();
        stored.values().forEach(s -> counts.merge(s, 1, Integer::sum));
        return counts.entrySet().stream()
                .reduce((a, b) -> b.getValue() > a.getValue() ? b : a)
                .orElseThrow()
                .getKey();
    }

    private static void awq(Map<String, Object> content, Settings all, List<String> kept) {
        content.put("quant_method", "awq");
        content.put("version", "gemm");
        content.put("bits", all.bits());
        content.put("group_size", all.group());
        content.put("zero_point", true); // they are stored, all alike if the recipe has none
        content.put("modules_to_not_convert", kept);
    }

    private static void compressedTensors(
            Map<String, Object> content, SafetensorsLayout layout, Map<String, Settings> stored, List<String> kept) {
        boolean nvfp4 = layout == SafetensorsLayout.NVFP4_PACK;
        content.put("quant_method", "compressed-tensors");
        content.put("format", nvfp4 ? "nvfp4-pack-quantized" : "pack-quantized");
        content.put("quantization_status", "compressed");
        Map<Settings, List<String>> kinds = new LinkedHashMap<>();
        stored.forEach((module, its) ->
                kinds.computeIfAbsent(its, k -> new ArrayList<>()).add(module));
        var groups = new LinkedHashMap<String, Object>();
        kinds.forEach((its, modules) -> {
            var weights = new LinkedHashMap<String, Object>();
            weights.put("num_bits", its.bits());
            weights.put("type", nvfp4 ? "float" : "int");
            weights.put("symmetric", its.symmetric());
            weights.put("strategy", nvfp4 ? "tensor_group" : its.group() < 0 ? "channel" : "group");
            weights.put("group_size", its.group() < 0 ? null : its.group());
            weights.put("dynamic", false);
            var group = new LinkedHashMap<String, Object>();
            group.put("targets", kinds.size() == 1 ? List.of("Linear") : modules);
            group.put("weights", weights);
            group.put("input_activations", null);
            group.put("output_activations", null);
            groups.put("group_" + groups.size(), group);
        });
        content.put("config_groups", groups);
        content.put("ignore", kept);
        content.put("kv_cache_scheme", null);
    }

    private static void bitsandbytes(Map<String, Object> content, Settings all, List<String> kept) {
        content.put("quant_method", "bitsandbytes");
        content.put("load_in_4bit", true);
        content.put("load_in_8bit", false);
        content.put("bnb_4bit_quant_type", all.words().get("bnb_4bit_quant_type"));
        content.put("bnb_4bit_use_double_quant", all.words().get("bnb_4bit_use_double_quant"));
        content.put("bnb_4bit_compute_dtype", "float32");
        content.put("bnb_4bit_quant_storage", "uint8");
        content.put("llm_int8_skip_modules", kept);
    }

    private static void hqq(Map<String, Object> content, Settings all, List<String> kept) {
        var weights = new LinkedHashMap<String, Object>();
        weights.put("nbits", all.bits());
        weights.put("channel_wise", true);
        weights.put("group_size", all.group());
        weights.put("optimize", all.words().get("optimize"));
        weights.put("round_zero", all.words().get("round_zero"));
        weights.put("axis", 1);
        weights.put("view_as_float", false);
        var config = new LinkedHashMap<String, Object>();
        config.put("weight_quant_params", weights);
        config.put("scale_quant_params", null);
        config.put("zero_quant_params", null);
        config.put("offload_meta", false);
        content.put("quant_method", "hqq");
        content.put("quant_config", config);
        content.put("skip_modules", kept);
    }

    /** As plain data: maps, lists, texts, numbers. */
    public Map<String, Object> content() {
        return new LinkedHashMap<>(content);
    }

    /** As JSON in one line. */
    public String json() {
        return text(JSON.valueToTree(content), false);
    }

    private static String text(JsonNode node, boolean wide) {
        try {
            return wide
                    ? JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node)
                    : JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) { // a tree of plain data
            throw new IllegalStateException(e);
        }
    }

    /**
     * Says now what would go wrong in {@link #write}.
     *
     * @throws CheckpointException if {@code config} is no JSON object, or {@code out} can not be written
     */
    public static void check(Path config, Path out, boolean replace) {
        read(config);
        OutputFile.check(out, replace, List.of(config));
    }

    /**
     * Writes a model's config.json again with this in it; another {@value #KEY} in it is replaced.
     *
     * @param config of the model, which stays as it is
     * @param out the new file
     * @param replace whether {@code out} may be replaced if it is there
     * @throws CheckpointException as {@link #check}
     */
    public void write(Path config, Path out, boolean replace) {
        ObjectNode model = read(config);
        model.set(KEY, JSON.valueToTree(content));
        byte[] bytes = (text(model, true) + "\n").getBytes(StandardCharsets.UTF_8);
        try (OutputFile file = OutputFile.create(out, replace, List.of(config), bytes.length)) {
            file.write(ByteBuffer.wrap(bytes), 0);
            file.finish();
        }
    }

    private static ObjectNode read(Path config) {
        try {
            if (Files.isRegularFile(config) && Files.size(config) > LONGEST) {
                throw new CheckpointException(config + " is larger than any config.json of a model");
            }
            if (JSON.readTree(Files.readAllBytes(config)) instanceof ObjectNode object) {
                return object;
            }
            throw new CheckpointException(config + " is no JSON object, as a model's config.json is");
        } catch (JsonProcessingException e) {
            throw new CheckpointException(config + " is no JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CheckpointException(
                    config + " can not be read: " + (Files.exists(config) ? e.getMessage() : "there is no such file"),
                    e);
        }
    }

    @Override
    public String toString() {
        return json();
    }
}
