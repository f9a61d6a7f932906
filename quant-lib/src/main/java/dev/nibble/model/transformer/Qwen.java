package dev.nibble.model.transformer;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.model.transformer.Llama.Usual;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/** Qwen 2, 2.5 (biases of queries, keys and values) and 3 (a norm of each head's queries and keys). */
final class Qwen implements Family {
    private static final List<String> KINDS = List.of("full_attention", "sliding_attention");

    @Override
    public List<String> types() {
        return List.of("qwen2", "qwen3");
    }

    @Override
    public List<String> architectures() {
        return types();
    }

    @Override
    public TransformerConfig config(Facts facts) {
        String type = facts.text("model_type").orElseThrow();
        boolean third = type.equals("qwen3");
        int window = facts.truth("use_sliding_window", false)
                ? facts.says("sliding_window") ? facts.integer("sliding_window").orElse(0) : 4096
                : 0;
        return Llama.config(facts, type, third, new Usual(32, third ? 128 : 0, 32_768), window, windowed(facts));
    }

    /** By {@code layer_types}, else all from {@code max_window_layers} on. */
    private static IntPredicate windowed(Facts facts) {
        if (!facts.has("layer_types")) {
            int first = facts.integer("max_window_layers").orElse(28);
            return layer -> layer >= first;
        }
        List<String> types = facts.texts("layer_types");
        int layers = facts.requireInteger("num_hidden_layers");
        if (types.size() != layers || !KINDS.containsAll(types)) {
            throw new CheckpointException(facts.file() + ": layer_types are " + types + ", where " + layers
                    + " are expected, each one of " + KINDS);
        }
        return layer -> types.get(layer).equals("sliding_attention");
    }

    @Override
    public TransformerConfig gguf(Facts all, Facts keys) {
        String type = all.text("general.architecture").orElseThrow();
        return Llama.gguf(all, keys, type, type.equals("qwen3"));
    }

    @Override
    public Set<Slot> biases(Facts facts) {
        boolean second = facts.text("model_type")
                .or(() -> facts.text("general.architecture"))
                .orElse("")
                .equals("qwen2");
        return second ? Set.of(Slot.QUERY, Slot.KEY, Slot.VALUE) : Set.of();
    }

    @Override
    public Map<Slot, String> names() {
        return Llama.NAMES;
    }

    @Override
    public Map<Slot, String> ggufNames() {
        return Llama.GGUF;
    }
}
