package dev.nibble.model.transformer;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.model.transformer.TransformerConfig.Activation;
import dev.nibble.model.transformer.TransformerConfig.Norm;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * GPT-2: learned positions, layer norms, GELU; Hugging Face files have its matrices [in, out], with queries, keys and
 * values side by side.
 */
final class Gpt2 implements Family {
    @Override
    public List<String> types() {
        return List.of("gpt2");
    }

    @Override
    public List<String> architectures() {
        return types();
    }

    @Override
    public TransformerConfig config(Facts facts) {
        if (facts.truth("scale_attn_by_inverse_layer_idx", false) || !facts.truth("scale_attn_weights", true)) {
            throw new CheckpointException(
                    facts.file() + " scales attention by the layer or not at all: not known here");
        }
        int hidden = facts.requireInteger("n_embd", "hidden_size");
        int heads = facts.requireInteger("n_head", "num_attention_heads");
        return new TransformerConfig(
                "gpt2",
                facts.requireInteger("vocab_size"),
                hidden,
                facts.requireInteger("n_layer", "num_hidden_layers"),
                heads,
                heads,
                facts.share(hidden, heads),
                facts.integer("n_inner").orElse(4 * hidden),
                facts.requireInteger("n_positions", "n_ctx", "max_position_embeddings"),
                Norm.LAYER,
                facts.number("layer_norm_epsilon").map(Number::floatValue).orElse(1e-5f),
                true,
                true,
                Activations.of(facts, "activation_function", "gelu_new"),
                null,
                0,
                List.of(),
                false,
                hidden,
                facts.truth("tie_word_embeddings", true));
    }

    @Override
    public TransformerConfig gguf(Facts all, Facts keys) {
        int hidden = keys.requireInteger("embedding_length");
        int heads = keys.requireInteger("attention.head_count");
        return new TransformerConfig(
                "gpt2",
                keys.integer("vocab_size")
                        .orElseGet(() -> all.texts("tokenizer.ggml.tokens").size()),
                hidden,
                keys.requireInteger("block_count"),
                heads,
                heads,
                keys.share(hidden, heads),
                keys.requireInteger("feed_forward_length"),
                keys.requireInteger("context_length"),
                Norm.LAYER,
                (float) keys.requireNumber("attention.layer_norm_epsilon"),
                true,
                true,
                Activation.GELU_TANH,
                null,
                0,
                List.of(),
                false,
                hidden,
                true);
    }

    @Override
    public Set<Slot> biases(Facts facts) {
        return Inventory.ALL_OF_A_LAYER;
    }

    @Override
    public Map<Slot, String> names() {
        return NAMES;
    }

    @Override
    public Map<Slot, String> ggufNames() {
        return Llama.GGUF;
    }

    @Override
    public boolean transposed() {
        return true;
    }

    private static final Map<Slot, String> NAMES = Map.ofEntries(
            Map.entry(Slot.EMBEDDING, "transformer.wte"),
            Map.entry(Slot.POSITIONS, "transformer.wpe"),
            Map.entry(Slot.ATTENTION_NORM, "transformer.h.*.ln_1"),
            Map.entry(Slot.QUERY_KEY_VALUE, "transformer.h.*.attn.c_attn"),
            Map.entry(Slot.ATTENTION_OUTPUT, "transformer.h.*.attn.c_proj"),
            Map.entry(Slot.FEED_FORWARD_NORM, "transformer.h.*.ln_2"),
            Map.entry(Slot.UP, "transformer.h.*.mlp.c_fc"),
            Map.entry(Slot.DOWN, "transformer.h.*.mlp.c_proj"),
            Map.entry(Slot.FINAL_NORM, "transformer.ln_f"),
            Map.entry(Slot.HEAD, "lm_head"));
}
