package dev.nibble.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.nibble.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The JSON at the head of a safetensors file, read token by token: nothing in it is made larger than the header, no
 * nesting is followed deeper than {@value #DEEPEST}, no key may occur twice.
 */
final class SafetensorsHeader {
    private static final int DEEPEST = 64;
    private static final int MOST_DIMENSIONS = 64;
    private static final int MOST_WARNINGS = 20;
    /** Tensors of one file that are read: shards of the largest models have some thousand. */
    private static final int MOST_TENSORS = 1 << 17;
    /** Longest name of a tensor or key, and longest text of the metadata, in characters. */
    private static final int LONGEST_NAME = 1 << 16;

    private static final int LONGEST_TEXT = 16 << 20;

    private static final Set<DType> TYPES = EnumSet.range(DType.F32, DType.F4);

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(40)
                    .maxNameLength(LONGEST_NAME)
                    .maxStringLength(LONGEST_TEXT)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    /**
     * One tensor as the header gives it.
     *
     * @param begin first byte, from the start of the data
     * @param end byte after the last
     */
    record Entry(String name, DType type, long[] shape, long begin, long end) {}

    private final String fileName;
    private final JsonParser in;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private String place = "header";

    private SafetensorsHeader(String fileName, JsonParser in) {
        this.fileName = fileName;
        this.in = in;
    }

    /**
     * Reads a header.
     *
     * @throws CheckpointException if it is not JSON of the right form
     */
    static SafetensorsHeader parse(String fileName, MemorySegment json) {
        if (json.byteSize() == 0 || "{ \t\r\n".indexOf(json.get(ValueLayout.JAVA_BYTE, 0)) < 0) {
            throw new CheckpointException(fileName + ": the header does not begin with \"{\"");
        }
        InputStream bytes = new SegmentStream(json); // a header of 100 MB is not copied
        var utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        try (JsonParser parser = JSON.createParser(new InputStreamReader(bytes, utf8))) {
            SafetensorsHeader header = new SafetensorsHeader(fileName, parser);
            header.read();
            return header;
        } catch (CharacterCodingException e) {
            throw new CheckpointException(fileName + ": the header is not UTF-8", e);
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at character " + Math.max(0, e.getLocation().getCharOffset());
            throw new CheckpointException(
                    fileName + ": the header is not valid JSON" + where + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CheckpointException(fileName + ": the header can not be read: " + e.getMessage(), e);
        }
    }

    List<Entry> entries() {
        return entries;
    }

    Map<String, Object> metadata() {
        return metadata;
    }

    List<String> warnings() {
        return warnings;
    }

    private void read() throws IOException {
        expect(in.nextToken(), JsonToken.START_OBJECT, "an object");
        Set<String> names = new LinkedHashSet<>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = text(in.currentName());
            place = "tensor \"" + name + "\"";
            if (!names.add(name)) {
                throw fail("the name occurs twice in the header");
            }
            in.nextToken();
            if (name.equals("__metadata__")) {
                readMetadata();
            } else {
                if (entries.size() == MOST_TENSORS) {
                    throw fail("more than " + MOST_TENSORS + " tensors in one file");
                }
                entries.add(entry(name));
            }
        }
        place = "header";
        if (in.nextToken() != null) {
            throw fail("something follows the JSON object");
        }
    }

    private void readMetadata() throws IOException {
        place = "__metadata__";
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        expect(in.currentToken(), JsonToken.START_OBJECT, "an object of texts");
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String key = text(in.currentName());
            expect(in.nextToken(), JsonToken.VALUE_STRING, "a text for \"" + key + "\"");
            if (metadata.putIfAbsent(key, text(in.getText())) != null) {
                throw fail("the key \"" + key + "\" occurs twice");
            }
        }
    }

    private Entry entry(String name) throws IOException {
        expect(in.currentToken(), JsonToken.START_OBJECT, "an object with dtype, shape and data_offsets");
        DType type = null;
        long[] shape = null;
        long[] offsets = null;
        Set<String> seen = new LinkedHashSet<>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String field = text(in.currentName());
            if (!seen.add(field)) {
                throw fail("the field \"" + field + "\" occurs twice");
            }
            in.nextToken();
            switch (field) {
                case "dtype" -> type = type();
                case "shape" -> shape = numbers("the shape", MOST_DIMENSIONS);
                case "data_offsets" -> offsets = numbers("data_offsets", 2);
                default -> {
                    in.skipChildren();
                    if (warnings.size() < MOST_WARNINGS) {
                        warnings.add(place + " has a field \"" + field + "\" that means nothing here");
                    }
                }
            }
        }
        if (type == null || shape == null || offsets == null || offsets.length != 2) {
            throw fail("needs dtype, shape and two data_offsets, but "
                    + (type == null ? "dtype" : shape == null ? "shape" : "data_offsets")
                    + " is missing or incomplete");
        }
        return new Entry(name, type, shape, offsets[0], offsets[1]);
    }

    private DType type() throws IOException {
        expect(in.currentToken(), JsonToken.VALUE_STRING, "a text for dtype");
        String word = in.getText();
        for (DType type : TYPES) {
            if (type.name().equals(word)) {
                return type;
            }
        }
        throw fail("dtype \"" + word + "\" does not exist");
    }

    private long[] numbers(String what, int most) throws IOException {
        expect(in.currentToken(), JsonToken.START_ARRAY, "a list of numbers for " + what);
        long[] numbers = new long[most];
        int count = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (count == most) {
                throw fail(what + " has more than " + most + " numbers");
            }
            boolean whole = in.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && in.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    && !in.getText().startsWith("-");
            if (!whole) {
                throw fail(what + " holds " + in.getText() + "; expected whole numbers from 0 to 2^63 - 1");
            }
            numbers[count++] = in.getLongValue();
        }
        return Arrays.copyOf(numbers, count);
    }

    /** JSON can escape half of a character; such a text is no text. */
    private String text(String s) {
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < s.length() && Character.isLowSurrogate(s.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw fail("a text holds half of a character (a lone surrogate)");
            }
        }
        return s;
    }

    private void expect(JsonToken found, JsonToken expected, String what) {
        if (found != expected) {
            throw fail("expected " + what);
        }
    }

    private CheckpointException fail(String problem) {
        return new CheckpointException(fileName + ": " + place + ": " + problem);
    }
}
