package dev.nibble.model.transformer;

import dev.nibble.checkpoint.CheckpointException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** All families of models that are run here. */
final class Families {
    private static final List<Family> ALL = List.of(new Llama(), new Qwen(), new Gpt2(), new Opt());

    private Families() {}

    /**
     * The family of a config.json.
     *
     * @throws CheckpointException if there is none of that type; the message names those there are
     */
    static Family ofConfig(Facts facts) {
        String type = facts.text("model_type").orElseThrow(() -> facts.missing("model_type"));
        return find(type, ALL.stream().filter(f -> f.types().contains(type)).findFirst(), facts, false);
    }

    /** The family of a GGUF file. */
    static Family ofGguf(Facts facts) {
        String type = facts.text("general.architecture").orElseThrow(() -> facts.missing("general.architecture"));
        return find(
                type, ALL.stream().filter(f -> f.architectures().contains(type)).findFirst(), facts, true);
    }

    private static Family find(String type, Optional<Family> found, Facts facts, boolean gguf) {
        return found.orElseThrow(() -> new CheckpointException(String.format(
                Locale.ROOT,
                "%s is a \"%s\"; models of these families are run here: %s",
                facts.file(),
                type,
                String.join(
                        ", ",
                        ALL.stream()
                                .flatMap(f -> (gguf ? f.architectures() : f.types()).stream())
                                .toList()))));
    }
}
