package dev.nibble.model.transformer;

import java.util.List;
import java.util.Map;

/** Qwen 2, 2.5 (biases of queries, keys and values) and 3 (a norm of each head's queries and keys). */
final class Qwen implements Family {
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
        boolean windowed = facts.truth("use_sliding_window", false);
        return Llama.config(
                facts,
                type,
                type.equals("qwen3"),
                windowed ? facts.integer("sliding_window").orElse(0) : 0,
                facts.integer("max_window_layers").orElse(0));
    }

    @Override
    public TransformerConfig gguf(Facts all, Facts keys) {
        String type = all.text("general.architecture").orElseThrow();
        return Llama.gguf(all, keys, type, type.equals("qwen3"));
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
