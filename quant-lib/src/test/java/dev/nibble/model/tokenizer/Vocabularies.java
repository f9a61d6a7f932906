package dev.nibble.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.Vectors;
import dev.nibble.checkpoint.Checkpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The tiny vocabularies of src/test/resources/tokenizers, which tests/oracles/vocabularies.py makes. */
final class Vocabularies {
    /** A text, and what the original makes of it with and without special tokens; null where it was not asked. */
    record Expected(String text, List<Integer> ids, List<Integer> plain) {}

    private Vocabularies() {}

    static Path path(String name) {
        try {
            return Path.of(Vocabularies.class.getResource("/tokenizers/" + name).toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Opens a GGUF file, or what is in a folder. */
    static Tokenizer open(String name) {
        if (!name.endsWith(".gguf")) {
            return Tokenizers.inFolder(path(name));
        }
        try (Checkpoint checkpoint = Checkpoint.open(path(name))) {
            return Tokenizers.of(checkpoint);
        }
    }

    static JsonNode json(String name) {
        try {
            return new ObjectMapper().readTree(path(name).toFile());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * What the original makes of texts.
     *
     * @param gguf whether of a GGUF file, which llama.cpp reads, where SentencePiece makes something else of it
     */
    static List<Expected> expected(String name, boolean gguf) {
        List<Expected> all = new ArrayList<>();
        json(name + "/expected.json")
                .path("texts")
                .forEach(entry -> all.add(new Expected(
                        entry.path("text").asText(),
                        gguf || !entry.has("gguf") ? numbers(entry.path("ids")) : null,
                        numbers(entry.path(gguf && entry.has("gguf") ? "gguf" : "plain")))));
        return all;
    }

    static List<Integer> list(int... ids) {
        return Arrays.stream(ids).boxed().toList();
    }

    /** The first 8 digits of the SHA-256 of little-endian numbers. */
    static String hash(int... ids) {
        return sha256(ids).substring(0, 8);
    }

    static String sha256(int... ids) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * ids.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(ids);
        return Vectors.sha(bytes.array());
    }

    private static List<Integer> numbers(JsonNode array) {
        if (array.isMissingNode()) {
            return null;
        }
        List<Integer> numbers = new ArrayList<>();
        array.forEach(n -> numbers.add(n.intValue()));
        return numbers;
    }
}
