package dev.nibble.model.transformer;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.model.transformer.TransformerConfig.Activation;
import dev.nibble.model.transformer.TransformerConfig.Norm;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Llama 1 to 3, Mistral, SmolLM: root-mean-square norms, rotary positions, grouped-query attention, SwiGLU. GGUF files
 * have the rows of queries and keys in pairs.
 */
final class Llama implements Family {
    @Override
    public List<String> types() {
        return List.of("llama", "mistral");
    }

    @Override
    public List<String> architectures() {
        return List.of("llama");
    }

    @Override
    public TransformerConfig config(Facts facts) {
        boolean mistral = facts.text("model_type").orElse("").equals("mistral");
        // Llama has no window, whatever its file says; Mistral's is 4096 where its file says nothing, and null for
        // none.
        int window = !mistral
                ? 0
                : facts.says("sliding_window") ? facts.integer("sliding_window").orElse(0) : 4096;
        return config(
                facts,
                "llama",
                false,
                new Usual(mistral ? 8 : 0, 0, mistral ? 4096 * 32 : 2048),
                window,
                layer -> true);
    }

    /**
     * What transformers takes where a file leaves out the key.
     *
     * @param keyHeads 0 for as many as heads of queries
     * @param headSize 0 for what the heads share evenly
     */
    record Usual(int keyHeads, int headSize, int contextLength) {}

    /**
     * What Llama and its descendants say alike.
     *
     * @param window positions that attention looks back at; 0 for all
     * @param windowed which layers have that window
     */
    static TransformerConfig config(
            Facts facts, String family, boolean queryKeyNorm, Usual usual, int window, IntPredicate windowed) {
        int hidden = facts.requireInteger("hidden_size");
        int heads = facts.requireInteger("num_attention_heads");
        int layers = facts.requireInteger("num_hidden_layers");
        int longest = facts.integer("max_position_embeddings").orElse(usual.contextLength());
        int size = facts.says("head_dim") || usual.headSize() == 0
                ? facts.integer("head_dim").orElseGet(() -> facts.share(hidden, heads))
                : usual.headSize();
        int keyHeads = facts.says("num_key_value_heads") || usual.keyHeads() == 0
                ? facts.integer("num_key_value_heads").orElse(heads)
                : usual.keyHeads();
        String activation = facts.text("hidden_act").orElse("silu");
        if (!activation.equals("silu")) {
            throw Activations.unknown(facts, "hidden_act", activation, "silu");
        }
        return new TransformerConfig(
                family,
                facts.requireInteger("vocab_size"),
                hidden,
                layers,
                heads,
                keyHeads,
                size,
                facts.requireInteger("intermediate_size"),
                RopeFacts.context(facts, longest),
                Norm.RMS,
                facts.number("rms_norm_eps").map(Number::floatValue).orElse(1e-6f),
                true,
                true,
                Activation.SWIGLU,
                RopeFacts.ofConfig(facts, size, longest),
                0,
                windows(layers, window, windowed),
                queryKeyNorm,
                hidden,
                facts.truth("tie_word_embeddings", false));
    }

    /** One for each layer; none if that is absurd, which {@link TransformerConfig} says. */
    private static List<Integer> windows(int layers, int window, IntPredicate windowed) {
        if (window == 0 || layers <= 0 || layers > TransformerConfig.MOST_LAYERS) {
            return List.of();
        }
        return IntStream.range(0, layers)
                .mapToObj(layer -> windowed.test(layer) ? window : 0)
                .toList();
    }

    @Override
    public TransformerConfig gguf(Facts all, Facts keys) {
        return gguf(all, keys, "llama", false);
    }

    static TransformerConfig gguf(Facts all, Facts keys, String family, boolean queryKeyNorm) {
        int hidden = keys.requireInteger("embedding_length");
        int heads = keys.requireInteger("attention.head_count");
        int size = keys.integer("attention.key_length").orElseGet(() -> keys.share(hidden, heads));
        int context = keys.requireInteger("context_length");
        int layers = keys.requireInteger("block_count");
        if (keys.integer("attention.value_length").orElse(size) != size) {
            throw new CheckpointException(keys.file() + " has values of another length than keys: not known here");
        }
        if (keys.integer("expert_count").orElse(0) > 0) {
            throw new CheckpointException(keys.file() + " is a mixture of experts, which is not run here");
        }
        return new TransformerConfig(
                family,
                keys.integer("vocab_size")
                        .orElseGet(() -> all.texts("tokenizer.ggml.tokens").size()),
                hidden,
                layers,
                heads,
                keys.integer("attention.head_count_kv").orElse(heads),
                size,
                keys.requireInteger("feed_forward_length"),
                context,
                Norm.RMS,
                (float) keys.requireNumber("attention.layer_norm_rms_epsilon"),
                true,
                true,
                Activation.SWIGLU,
                RopeFacts.ofGguf(keys, size, context),
                0,
                windows(layers, keys.integer("attention.sliding_window").orElse(0), layer -> true),
                queryKeyNorm,
                hidden,
                true); // a file without an output tensor; one that has it says so by having it
    }

    @Override
    public Set<Slot> biases(Facts facts) {
        Set<Slot> slots = EnumSet.noneOf(Slot.class);
        if (facts.truth("attention_bias", false)) {
            slots.addAll(Set.of(Slot.QUERY, Slot.KEY, Slot.VALUE, Slot.ATTENTION_OUTPUT));
        }
        if (facts.truth("mlp_bias", false)) {
            slots.addAll(Set.of(Slot.GATE, Slot.UP, Slot.DOWN));
        }
        return slots;
    }

    @Override
    public Map<Slot, String> names() {
        return NAMES;
    }

    @Override
    public Map<Slot, String> ggufNames() {
        return GGUF;
    }

    @Override
    public boolean pairedInGguf() {
        return true;
    }

    static final Map<Slot, String> NAMES = Map.ofEntries(
            Map.entry(Slot.EMBEDDING, "model.embed_tokens"),
            Map.entry(Slot.ATTENTION_NORM, "model.layers.*.input_layernorm"),
            Map.entry(Slot.QUERY, "model.layers.*.self_attn.q_proj"),
            Map.entry(Slot.KEY, "model.layers.*.self_attn.k_proj"),
            Map.entry(Slot.VALUE, "model.layers.*.self_attn.v_proj"),
            Map.entry(Slot.QUERY_NORM, "model.layers.*.self_attn.q_norm"),
            Map.entry(Slot.KEY_NORM, "model.layers.*.self_attn.k_norm"),
            Map.entry(Slot.ATTENTION_OUTPUT, "model.layers.*.self_attn.o_proj"),
            Map.entry(Slot.FEED_FORWARD_NORM, "model.layers.*.post_attention_layernorm"),
            Map.entry(Slot.GATE, "model.layers.*.mlp.gate_proj"),
            Map.entry(Slot.UP, "model.layers.*.mlp.up_proj"),
            Map.entry(Slot.DOWN, "model.layers.*.mlp.down_proj"),
            Map.entry(Slot.FINAL_NORM, "model.norm"),
            Map.entry(Slot.HEAD, "lm_head"));

    static final Map<Slot, String> GGUF = Map.ofEntries(
            Map.entry(Slot.EMBEDDING, "token_embd"),
            Map.entry(Slot.POSITIONS, "position_embd"),
            Map.entry(Slot.ATTENTION_NORM, "blk.*.attn_norm"),
            Map.entry(Slot.QUERY, "blk.*.attn_q"),
            Map.entry(Slot.KEY, "blk.*.attn_k"),
            Map.entry(Slot.VALUE, "blk.*.attn_v"),
            Map.entry(Slot.QUERY_KEY_VALUE, "blk.*.attn_qkv"),
            Map.entry(Slot.QUERY_NORM, "blk.*.attn_q_norm"),
            Map.entry(Slot.KEY_NORM, "blk.*.attn_k_norm"),
            Map.entry(Slot.ATTENTION_OUTPUT, "blk.*.attn_output"),
            Map.entry(Slot.FEED_FORWARD_NORM, "blk.*.ffn_norm"),
            Map.entry(Slot.GATE, "blk.*.ffn_gate"),
            Map.entry(Slot.UP, "blk.*.ffn_up"),
            Map.entry(Slot.DOWN, "blk.*.ffn_down"),
            Map.entry(Slot.FINAL_NORM, "output_norm"),
            Map.entry(Slot.HEAD, "output"));
}
