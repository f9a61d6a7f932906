package dev.nibble.model.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Reads JSON files of tokenizers, of a size that is known before they are read. */
final class Json {
    /** The largest tokenizer.json that models come with has some 35 MB. */
    static final long LARGEST = 256L << 20;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /**
     * The object in a file.
     *
     * @throws CheckpointException if it can not be read, is larger than {@link #LARGEST} or is not a JSON object
     */
    static ObjectNode read(Path file) {
        try {
            return object(MAPPER.readTree(bytes(file)), file);
        } catch (JsonProcessingException damaged) {
            throw new CheckpointException(
                    file + " is not JSON: " + damaged.getOriginalMessage() + ", at line "
                            + (damaged.getLocation() == null
                                    ? 0
                                    : damaged.getLocation().getLineNr()),
                    damaged);
        } catch (IOException unreadable) {
            throw new CheckpointException(file + " can not be read: " + unreadable.getMessage(), unreadable);
        }
    }

    /**
     * All bytes of a file.
     *
     * @throws CheckpointException if it can not be read or is larger than {@link #LARGEST}
     */
    static byte[] bytes(Path file) {
        try {
            long size = Files.size(file);
            if (!Files.isRegularFile(file) || size > LARGEST) {
                throw new CheckpointException(String.format(
                        Locale.ROOT,
                        "%s has %,d bytes; a file of a tokenizer of up to %,d is read",
                        file,
                        size,
                        LARGEST));
            }
            return Files.readAllBytes(file);
        } catch (AccessDeniedException denied) {
            throw new CheckpointException(file + " can not be read: permission denied", denied);
        } catch (IOException unreadable) {
            throw new CheckpointException(file + " can not be read: " + unreadable.getMessage(), unreadable);
        }
    }

    /** As text, the shortest way. */
    static String write(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of JSON that can not be written", impossible);
        }
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static ObjectNode object(JsonNode node, Path file) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new CheckpointException(file + ": expected a JSON object");
    }
}
