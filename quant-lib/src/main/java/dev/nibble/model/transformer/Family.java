package dev.nibble.model.transformer;

import dev.nibble.checkpoint.CheckpointException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A family of models: how its files say what it is, and what they call its weights. A new one is one class and a place
 * in {@link Families}.
 */
interface Family {
    /** {@code model_type} of the config.json files that it reads. */
    List<String> types();

    /** {@code general.architecture} of the GGUF files that it reads. */
    List<String> architectures();

    /**
     * The shape by a config.json.
     *
     * @throws CheckpointException if something is missing, or says what is not supported here
     */
    TransformerConfig config(Facts facts);

    /** The shape by GGUF metadata; {@code keys} are those of the architecture. */
    TransformerConfig gguf(Facts all, Facts keys);

    /** Names in Hugging Face files, without {@code .weight}; {@code *} stands for the number of the layer. */
    Map<Slot, String> names();

    /** Names in GGUF files. */
    Map<Slot, String> ggufNames();

    /** Places whose bias has to be there; one at another place is used if the file has it. */
    Set<Slot> biases(Facts facts);

    /** Whether matrices of the blocks lie [in, out] in Hugging Face files. */
    default boolean transposed() {
        return false;
    }

    /** Whether GGUF files have the rows of queries and keys in pairs: a number of a head's first half, then its partner. */
    default boolean pairedInGguf() {
        return false;
    }
}
