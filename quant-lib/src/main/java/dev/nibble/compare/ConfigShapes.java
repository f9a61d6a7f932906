package dev.nibble.compare;

import dev.nibble.compare.ModelShape.Cache;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Shapes by config.json: GPT-2, OPT, and everything that is built like Llama, with experts (Mixtral, Qwen, DeepSeek) and
 * latent attention (DeepSeek) if it has them. Names and sizes are those of transformers' models.
 */
final class ConfigShapes {
    private static final int MOST = 1 << 24;
    private static final int MOST_LAYERS = 4096;
    private static final int MOST_EXPERTS = 1 << 16;

    /** Families with biases at queries, keys and values that their configs do not mention. */
    private static final Set<String> BIASED = Set.of("qwen2", "qwen2_moe");

    /** Families that norm queries and keys by head. */
    private static final Set<String> NORMED_HEADS = Set.of("qwen3", "qwen3_moe", "gemma3", "gemma3_text");

    /** Families with four norms in a layer. */
    private static final Set<String> FOUR_NORMS = Set.of("gemma2", "gemma3", "gemma3_text");

    private static final Set<String> TIED = Set.of("gemma", "gemma2", "gemma3", "gemma3_text", "gpt2", "opt");
    private static final Set<String> LIKE_LLAMA = Set.of(
            "llama",
            "mistral",
            "mixtral",
            "qwen2",
            "qwen2_moe",
            "qwen3",
            "qwen3_moe",
            "gemma",
            "gemma2",
            "gemma3_text",
            "gemma3",
            "phi3",
            "deepseek_v2",
            "deepseek_v3",
            "smollm3",
            "granite",
            "olmo2");

    private final String name;
    private final Map<String, Object> config;
    private final String family;
    private final double bits;
    private final List<WeightShape> weights = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    ConfigShapes(String name, Map<String, ?> given) {
        this.name = name;
        config = new LinkedHashMap<>(given);
        if (given.get("text_config") instanceof Map<?, ?> text) { // a model that sees as well
            text.forEach((key, value) -> config.put(String.valueOf(key), value));
            notes.add("only the language model is counted, not what sees or hears");
        }
        family = text("model_type", "");
        String type = text("torch_dtype", text("dtype", "bfloat16"));
        bits = type.equals("float32") ? 32 : 16;
        if (config.get("quantization_config") instanceof Map<?, ?> quantized) {
            notes.add("the config is that of a model in " + quantized.get("quant_method")
                    + "; its weights are counted as if they were not quantized, give the model itself to count them");
        }
    }

    ModelShape shape() {
        return switch (family) {
            case "gpt2" -> gpt2();
            case "opt" -> opt();
            default -> llama();
        };
    }

    private ModelShape gpt2() {
        int hidden = positive("n_embd", MOST);
        int layers = positive("n_layer", MOST_LAYERS);
        int inner = optional("n_inner", 4 * hidden);
        int vocabulary = positive("vocab_size", MOST);
        int context = positive("n_positions", MOST);
        embedding("wte.weight", vocabulary, hidden, true);
        add("wpe.weight", context, hidden, 1, 1, true);
        for (int i = 0; i < layers; i++) {
            String at = "h." + i + ".";
            linear(at + "attn.c_attn", 3L * hidden, hidden, true);
            linear(at + "attn.c_proj", hidden, hidden, true);
            linear(at + "mlp.c_fc", inner, hidden, true);
            linear(at + "mlp.c_proj", hidden, inner, true);
            layerNorm(at + "ln_1", hidden);
            layerNorm(at + "ln_2", hidden);
        }
        layerNorm("ln_f", hidden);
        return result(
                List.of(new Cache(layers, 2 * hidden, 0)),
                hidden,
                wide(hidden, 4L * hidden, inner),
                vocabulary,
                context);
    }

    private ModelShape opt() {
        int hidden = positive("hidden_size", MOST);
        int layers = positive("num_hidden_layers", MOST_LAYERS);
        int inner = positive("ffn_dim", MOST);
        int vocabulary = positive("vocab_size", MOST);
        int context = positive("max_position_embeddings", MOST);
        int size = optional("word_embed_proj_dim", hidden);
        String top = "model.decoder.";
        embedding(top + "embed_tokens.weight", vocabulary, size, true);
        add(top + "embed_positions.weight", context + 2L, hidden, 1, 1, true);
        if (size != hidden) {
            linear(top + "project_in", hidden, size, false);
            linear(top + "project_out", size, hidden, false);
        }
        for (int i = 0; i < layers; i++) {
            String at = top + "layers." + i + ".";
            for (String part : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                linear(at + "self_attn." + part, hidden, hidden, true);
            }
            linear(at + "fc1", inner, hidden, true);
            linear(at + "fc2", hidden, inner, true);
            layerNorm(at + "self_attn_layer_norm", hidden);
            layerNorm(at + "final_layer_norm", hidden);
        }
        if (truth("do_layer_norm_before", true) && !truth("_remove_final_layer_norm", false)) {
            layerNorm(top + "final_layer_norm", hidden);
        }
        return result(
                List.of(new Cache(layers, 2 * hidden, 0)),
                hidden,
                wide(hidden, 4L * hidden, inner),
                vocabulary,
                context);
    }

    private ModelShape llama() {
        if (!LIKE_LLAMA.contains(family)) {
            notes.add("\"" + family + "\" is not known here, and taken to be built like Llama");
        }
        int hidden = positive("hidden_size", MOST);
        int layers = positive("num_hidden_layers", MOST_LAYERS);
        int vocabulary = positive("vocab_size", MOST);
        int context = positive("max_position_embeddings", MOST);
        boolean tied = truth("tie_word_embeddings", TIED.contains(family));
        embedding("model.embed_tokens.weight", vocabulary, hidden, tied);
        Attention attention = config.get("kv_lora_rank") == null ? grouped(hidden) : latent(hidden);
        long inside = 0;
        for (int i = 0; i < layers; i++) {
            String at = "model.layers." + i + ".";
            attention.add(at + "self_attn.");
            inside = Math.max(inside, feedForward(at + "mlp.", i, hidden));
            int norms = FOUR_NORMS.contains(family) ? 4 : 2;
            for (int n = 0; n < norms; n++) {
                vector(at + "norm_" + n + ".weight", hidden);
            }
        }
        vector("model.norm.weight", hidden);
        if (!tied) {
            add("lm_head.weight", vocabulary, hidden, 1, 1, false);
        }
        return result(
                windows(layers, attention.cached), hidden, wide(hidden, attention.inside, inside), vocabulary, context);
    }

    /** How a layer attends. */
    private final class Attention {
        private final List<Linear> linears = new ArrayList<>();
        private final List<Map.Entry<String, Integer>> norms = new ArrayList<>();
        private int cached;
        private long inside;

        private record Linear(String name, long rows, int cols, boolean bias) {}

        void linear(String part, long rows, int cols, boolean bias) {
            linears.add(new Linear(part, rows, cols, bias));
        }

        void add(String at) {
            linears.forEach(l -> ConfigShapes.this.linear(at + l.name, l.rows, l.cols, l.bias));
            norms.forEach(n -> vector(at + n.getKey() + ".weight", n.getValue()));
        }
    }

    private Attention grouped(int hidden) {
        int heads = positive("num_attention_heads", MOST);
        int keyHeads = optional("num_key_value_heads", heads);
        int size = optional("head_dim", hidden / heads);
        if (size < 1 || heads % keyHeads != 0) {
            throw new IllegalArgumentException(name + ": " + heads + " heads over " + keyHeads
                    + " of keys and values in " + hidden + " numbers can not be");
        }
        boolean bias = truth("attention_bias", false);
        boolean biased = bias || BIASED.contains(family);
        var attention = new Attention();
        attention.linear("q_proj", (long) heads * size, hidden, biased);
        attention.linear("k_proj", (long) keyHeads * size, hidden, biased);
        attention.linear("v_proj", (long) keyHeads * size, hidden, biased);
        attention.linear("o_proj", hidden, Math.multiplyExact(heads, size), bias);
        if (NORMED_HEADS.contains(family)) {
            attention.norms.add(Map.entry("q_norm", size));
            attention.norms.add(Map.entry("k_norm", size));
        }
        attention.cached = Math.multiplyExact(2 * keyHeads, size);
        attention.inside = 2L * heads * size + attention.cached;
        return attention;
    }

    /** DeepSeek's: what is cached is one compressed vector and the turned part of the key. */
    private Attention latent(int hidden) {
        int heads = positive("num_attention_heads", MOST);
        int rank = positive("kv_lora_rank", MOST);
        int plain = positive("qk_nope_head_dim", MOST);
        int turned = positive("qk_rope_head_dim", MOST);
        int values = positive("v_head_dim", MOST);
        long queries = (long) heads * (plain + turned);
        var attention = new Attention();
        if (config.get("q_lora_rank") == null) {
            attention.linear("q_proj", queries, hidden, false);
        } else {
            int compressed = positive("q_lora_rank", MOST);
            attention.linear("q_a_proj", compressed, hidden, false);
            attention.linear("q_b_proj", queries, compressed, false);
            attention.norms.add(Map.entry("q_a_layernorm", compressed));
        }
        attention.linear("kv_a_proj_with_mqa", (long) rank + turned, hidden, false);
        attention.linear("kv_b_proj", (long) heads * (plain + values), rank, false);
        attention.linear("o_proj", hidden, Math.multiplyExact(heads, values), false);
        attention.norms.add(Map.entry("kv_a_layernorm", rank));
        attention.cached = rank + turned;
        attention.inside = queries + rank + turned + (long) heads * values;
        return attention;
    }

    /** Numbers of a token inside it. */
    private long feedForward(String at, int layer, int hidden) {
        int experts = optional("num_local_experts", optional("num_experts", optional("n_routed_experts", 0)));
        boolean dense = experts == 0
                || layer < optional("first_k_dense_replace", 0)
                || (layer + 1) % optional("decoder_sparse_step", 1) != 0
                || (config.get("mlp_only_layers") instanceof List<?> list && list.contains(layer));
        if (dense) {
            return gated(at, positive("intermediate_size", MOST), hidden, 1, 1);
        }
        if (experts > MOST_EXPERTS) {
            throw new IllegalArgumentException(name + ": " + experts + " experts");
        }
        int perToken = positive("num_experts_per_tok", experts);
        int inner = optional("moe_intermediate_size", optional("intermediate_size", 0));
        if (inner == 0) {
            throw missing("moe_intermediate_size");
        }
        add(at + "gate.weight", experts, hidden, 1, 1, false);
        long inside = gated(at + "experts.0.", inner, hidden, experts, perToken) * perToken;
        int shared = optional("shared_expert_intermediate_size", optional("n_shared_experts", 0) * inner);
        if (shared > 0) {
            inside += gated(at + "shared_expert.", shared, hidden, 1, 1);
            if (family.equals("qwen2_moe")) {
                add(at + "shared_expert_gate.weight", 1, hidden, 1, 1, false);
            }
        }
        return inside;
    }

    private long gated(String at, int inner, int hidden, int copies, int active) {
        boolean bias = truth("mlp_bias", false) && copies == 1;
        add(at + "gate_proj.weight", inner, hidden, copies, active, false);
        add(at + "up_proj.weight", inner, hidden, copies, active, false);
        add(at + "down_proj.weight", hidden, inner, copies, active, false);
        if (bias) {
            vector(at + "gate_proj.bias", inner);
            vector(at + "up_proj.bias", inner);
            vector(at + "down_proj.bias", hidden);
        }
        return 2L * inner;
    }

    /** Layers with a sliding window keep no more than it; which they are is said in one of three ways. */
    private List<Cache> windows(int layers, int cached) {
        int window = truth("use_sliding_window", true) ? optional("sliding_window", 0) : 0;
        if (window == 0) {
            return List.of(new Cache(layers, cached, 0));
        }
        int sliding = layers;
        if (config.get("layer_types") instanceof List<?> types && types.size() == layers) {
            sliding = (int) types.stream().filter("sliding_attention"::equals).count();
        } else if (config.get("sliding_window_pattern") instanceof Number every && every.intValue() > 0) {
            sliding = layers - layers / every.intValue();
        } else if (config.get("max_window_layers") instanceof Number full) {
            sliding = Math.max(0, layers - full.intValue());
        } else if (family.equals("gemma2")) {
            sliding = (layers + 1) / 2;
        }
        List<Cache> kinds = new ArrayList<>();
        if (sliding < layers) {
            kinds.add(new Cache(layers - sliding, cached, 0));
        }
        if (sliding > 0) {
            kinds.add(new Cache(sliding, cached, window));
        }
        return kinds;
    }

    /** What stands between layers, its normed copy, and the wider of both parts. */
    private static long wide(int hidden, long attention, long feedForward) {
        return 2L * hidden + Math.max(attention, feedForward);
    }

    private ModelShape result(List<Cache> cache, int hidden, long widest, int vocabulary, int context) {
        return new ModelShape(name, family, weights, cache, hidden, widest, vocabulary, context, notes);
    }

    private void embedding(String tensor, int rows, int cols, boolean isHead) {
        add(tensor, rows, cols, 1, 1, !isHead);
    }

    private void linear(String part, long rows, int cols, boolean bias) {
        add(part + ".weight", rows, cols, 1, 1, false);
        if (bias) {
            vector(part + ".bias", Math.toIntExact(rows));
        }
    }

    private void layerNorm(String part, int size) {
        vector(part + ".weight", size);
        vector(part + ".bias", size);
    }

    private void add(String tensor, long rows, int cols, int copies, int active, boolean lookup) {
        weights.add(new WeightShape(tensor, 2, rows, cols, copies, active, lookup, bits));
    }

    private void vector(String tensor, int size) {
        weights.add(new WeightShape(tensor, 1, 1, size, 1, 1, false, bits));
    }

    private int positive(String key, int most) {
        int value = optional(key, 0);
        if (value == 0) {
            throw missing(key);
        }
        if (value > most) {
            throw new IllegalArgumentException(name + ": " + key + " is " + value + ", more than " + most);
        }
        return value;
    }

    private int optional(String key, int otherwise) {
        Object value = config.get(key);
        if (value == null) {
            return otherwise;
        }
        if (!(value instanceof Number n)
                || n.doubleValue() != Math.rint(n.doubleValue())
                || n.doubleValue() < 0
                || n.doubleValue() > MOST) {
            throw new IllegalArgumentException(
                    name + ": " + key + " is " + value + "; expected a whole number up to " + MOST);
        }
        return n.intValue();
    }

    private boolean truth(String key, boolean otherwise) {
        return config.get(key) instanceof Boolean b ? b : otherwise;
    }

    private String text(String key, String otherwise) {
        return config.get(key) instanceof String s ? s : otherwise;
    }

    private IllegalArgumentException missing(String key) {
        return new IllegalArgumentException(name + ": the config does not say " + key
                + (family.isEmpty() ? ", nor a model_type" : ", which a \"" + family + "\" has"));
    }
}
