package dev.nibble.model.transformer;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.model.transformer.TransformerConfig.Activation;

/** Activations by their names in a config.json. */
final class Activations {
    private Activations() {}

    static Activation of(Facts facts, String key, String otherwise) {
        String name = facts.text(key).orElse(otherwise);
        return switch (name) {
            case "relu" -> Activation.RELU;
            case "gelu", "gelu_python" -> Activation.GELU;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Activation.GELU_TANH;
            default -> throw unknown(facts, key, name, "relu, gelu, gelu_new, gelu_pytorch_tanh");
        };
    }

    static CheckpointException unknown(Facts facts, String key, String name, String known) {
        return new CheckpointException(
                facts.file() + ": " + key + " is \"" + name + "\"; known here for this family: " + known);
    }
}
