package dev.nibble.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A JSON object of a stranger as plain data: {@code config.json}, an index of shards, the answer of a server. Its size
 * and depth are bounded, and a key that occurs twice is an error, since two readers that take different ones see
 * different models. NaN and Infinity, which Python writes, are read.
 */
public final class JsonFile {
    /** Deepest nesting that is followed. */
    private static final int DEEPEST = 64;

    private static final int LONGEST_NAME = 1 << 16;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(400)
                    .maxNameLength(LONGEST_NAME)
                    .maxStringLength(Integer.MAX_VALUE) // a file of bounded size holds no longer one
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private JsonFile() {}

    /**
     * Reads a file that holds one object.
     *
     * @param longest bytes that it may have
     * @return its members in their order, unmodifiable; values are String, Boolean, Long (BigInteger where that is too
     *     short), Double, null, and unmodifiable lists and maps of these
     * @throws CheckpointException if it can not be read, is longer, nests too deeply, or is no JSON object
     */
    public static Map<String, Object> read(Path file, long longest) {
        byte[] bytes;
        try {
            if (!Files.isRegularFile(file)) { // a pipe would be waited for
                throw new CheckpointException(file + (Files.exists(file) ? " is no file" : ": there is no such file"));
            }
            try (var in = Files.newInputStream(file)) {
                bytes = in.readNBytes((int) Math.min(longest + 1, Integer.MAX_VALUE - 8));
            }
        } catch (NoSuchFileException e) {
            throw new CheckpointException(file + ": there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new CheckpointException(file + " can not be read: permission denied", e);
        } catch (IOException e) {
            throw new CheckpointException(file + " can not be read: " + e.getMessage(), e);
        }
        if (bytes.length > longest) {
            throw new CheckpointException(String.format(
                    Locale.ROOT, "%s has more than %,d bytes, which no such file of a model has", file, longest));
        }
        return read(file.toString(), bytes);
    }

    /**
     * The same of bytes that were read already.
     *
     * @param name for messages
     * @throws CheckpointException as {@link #read(Path, long)}
     */
    public static Map<String, Object> read(String name, byte[] bytes) {
        try (JsonParser in = JSON.createParser(bytes)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new CheckpointException(name + " is no JSON object: it does not begin with \"{\"");
            }
            Map<String, Object> object = object(in);
            if (in.nextToken() != null) {
                throw new CheckpointException(name + ": something follows the JSON object");
            }
            return object;
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " in line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new CheckpointException(name + " is not valid JSON" + where + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CheckpointException(name + " can not be read: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> object(JsonParser in) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            members.put(name, value(in));
        }
        return Collections.unmodifiableMap(members);
    }

    private static List<Object> list(JsonParser in) throws IOException {
        List<Object> elements = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            elements.add(value(in));
        }
        return Collections.unmodifiableList(elements);
    }

    private static Object value(JsonParser in) throws IOException {
        return switch (in.currentToken()) {
            case START_OBJECT -> object(in);
            case START_ARRAY -> list(in);
            case VALUE_STRING -> in.getText();
            case VALUE_NUMBER_INT ->
                in.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? in.getBigIntegerValue() : in.getLongValue();
            case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }
}
