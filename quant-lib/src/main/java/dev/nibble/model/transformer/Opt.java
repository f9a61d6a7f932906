package dev.nibble.model.transformer;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.model.transformer.TransformerConfig.Norm;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * OPT: learned positions of which the first two rows are not used, layer norms, ReLU, a bias everywhere. OPT-350M norms
 * after each part, not before, and has narrower embeddings.
 */
final class Opt implements Family {
    /** Rows of the position table that stand for padding. */
    private static final int OFFSET = 2;

    @Override
    public List<String> types() {
        return List.of("opt");
    }

    @Override
    public List<String> architectures() {
        return List.of(); // llama.cpp has no OPT
    }

    @Override
    public TransformerConfig config(Facts facts) {
        int hidden = facts.requireInteger("hidden_size");
        int heads = facts.requireInteger("num_attention_heads");
        if (!facts.truth("layer_norm_elementwise_affine", true)) {
            throw new CheckpointException(facts.file() + " has layer norms without weights: not known here");
        }
        boolean normFirst = facts.truth("do_layer_norm_before", true);
        return new TransformerConfig(
                "opt",
                facts.requireInteger("vocab_size"),
                hidden,
                facts.requireInteger("num_hidden_layers"),
                heads,
                heads,
                facts.share(hidden, heads),
                facts.requireInteger("ffn_dim"),
                facts.requireInteger("max_position_embeddings"),
                Norm.LAYER,
                1e-5f, // torch's own, which OPT does not change
                normFirst,
                normFirst && !facts.truth("_remove_final_layer_norm", false),
                Activations.of(facts, "activation_function", "relu"),
                null,
                OFFSET,
                List.of(),
                false,
                facts.integer("word_embed_proj_dim").orElse(hidden),
                facts.truth("tie_word_embeddings", true));
    }

    @Override
    public TransformerConfig gguf(Facts all, Facts keys) {
        throw new CheckpointException(keys.file() + ": there are no GGUF files of OPT");
    }

    @Override
    public Set<Slot> biases(Facts facts) {
        return facts.truth("enable_bias", true) ? Inventory.ALL_OF_A_LAYER : Set.of();
    }

    @Override
    public Map<Slot, String> names() {
        return NAMES;
    }

    @Override
    public Map<Slot, String> ggufNames() {
        return Map.of();
    }

    private static final Map<Slot, String> NAMES = Map.ofEntries(
            Map.entry(Slot.EMBEDDING, "model.decoder.embed_tokens"),
            Map.entry(Slot.POSITIONS, "model.decoder.embed_positions"),
            Map.entry(Slot.PROJECT_IN, "model.decoder.project_in"),
            Map.entry(Slot.PROJECT_OUT, "model.decoder.project_out"),
            Map.entry(Slot.ATTENTION_NORM, "model.decoder.layers.*.self_attn_layer_norm"),
            Map.entry(Slot.QUERY, "model.decoder.layers.*.self_attn.q_proj"),
            Map.entry(Slot.KEY, "model.decoder.layers.*.self_attn.k_proj"),
            Map.entry(Slot.VALUE, "model.decoder.layers.*.self_attn.v_proj"),
            Map.entry(Slot.ATTENTION_OUTPUT, "model.decoder.layers.*.self_attn.out_proj"),
            Map.entry(Slot.FEED_FORWARD_NORM, "model.decoder.layers.*.final_layer_norm"),
            Map.entry(Slot.UP, "model.decoder.layers.*.fc1"),
            Map.entry(Slot.DOWN, "model.decoder.layers.*.fc2"),
            Map.entry(Slot.FINAL_NORM, "model.decoder.final_layer_norm"),
            Map.entry(Slot.HEAD, "lm_head"));
}
