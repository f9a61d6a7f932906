package dev.nibble.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.core.Progress;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small random model of tests/oracles/models.py, with a tokenizer: one token for each of 96 characters. */
final class TinyFolder {
    private TinyFolder() {}

    static Model open(String name, Path folder) {
        try {
            Path from = Path.of(TinyFolder.class.getResource("/models/" + name).toURI());
            Path to = Files.createDirectories(folder.resolve(name));
            for (String file : new String[] {"config.json", "model.safetensors"}) {
                if (!Files.exists(to.resolve(file))) {
                    Files.copy(from.resolve(file), to.resolve(file));
                }
            }
            ObjectMapper json = new ObjectMapper();
            ObjectNode tokenizer = json.createObjectNode();
            ObjectNode bytes = tokenizer.putObject("pre_tokenizer");
            bytes.put("type", "ByteLevel").put("add_prefix_space", false);
            bytes.put("trim_offsets", true).put("use_regex", true);
            tokenizer.set("decoder", bytes.deepCopy());
            ObjectNode model = tokenizer.putObject("model").put("type", "BPE");
            ObjectNode vocabulary = model.putObject("vocab");
            vocabulary.put("Ċ", 0).put("Ġ", 1);
            for (int i = 2; i < 96; i++) {
                vocabulary.put(Character.toString('!' + i - 2), i);
            }
            model.putArray("merges");
            json.writeValue(to.resolve("tokenizer.json").toFile(), tokenizer);
            return Models.open(to.toString(), Progress.NONE);
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
