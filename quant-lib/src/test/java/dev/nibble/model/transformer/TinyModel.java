package dev.nibble.model.transformer;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A small random model of tests/oracles/models.py, with what the original software makes of it. */
final class TinyModel implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    final String name;
    final Checkpoint checkpoint;
    final Weights weights;
    final Map<String, Object> config;
    final Transformer transformer;
    /** Texts, as tokens. */
    final List<int[]> texts = new ArrayList<>();
    /** For each text [positions, vocabulary]. */
    final List<float[]> logits = new ArrayList<>();

    private TinyModel(String name, Checkpoint checkpoint, Map<String, Object> config, JsonNode expected) {
        this.name = name;
        this.checkpoint = checkpoint;
        this.config = config;
        weights = Weights.of(checkpoint);
        transformer = Transformer.of(weights, config);
        byte[] bytes = Base64.getDecoder().decode(expected.get("logits").asText());
        var numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        for (JsonNode text : expected.get("tokens")) {
            int[] tokens = new int[text.size()];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = text.get(i).asInt();
            }
            float[] rows = new float[tokens.length * transformer.config().vocabulary()];
            numbers.get(rows);
            texts.add(tokens);
            logits.add(rows);
        }
    }

    static Path folder(String name) {
        try {
            return Path.of(TinyModel.class.getResource("/models/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> names() {
        try (Stream<Path> folders = Files.list(folder(""))) {
            return folders.map(f -> f.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, Object> config(String name) {
        Path file = folder(name).resolve("config.json");
        try {
            return Files.exists(file)
                    ? JSON.readValue(file.toFile(), new TypeReference<LinkedHashMap<String, Object>>() {})
                    : new LinkedHashMap<>();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens the folder, or the folder whose weights the model shares with its own config.json. */
    static TinyModel open(String name) {
        try {
            JsonNode expected =
                    JSON.readTree(folder(name).resolve("expected.json").toFile());
            String weights = expected.path("weights").asText(name);
            Path gguf = folder(weights).resolve("model.gguf");
            Checkpoint checkpoint = Checkpoint.open(Files.exists(gguf) ? gguf : folder(weights));
            return new TinyModel(name, checkpoint, config(name), expected);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        checkpoint.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
