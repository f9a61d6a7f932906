package dev.nibble.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the metadata of a safetensors file says about the weights that it holds in our own layout, where the parts of
 * {@code NAME} are the tensors {@code NAME.codes}, {@code NAME.scales}, {@code NAME.zeros}.
 *
 * <pre>
 *   "nibble.weights": {"NAME": {"recipe": "int4:sym:row:f16", "shape": [out, in]}, …}
 * </pre>
 */
final class PartsManifest {
    /** The key in the metadata. */
    static final String KEY = "nibble.weights";

    private static final int MOST_DIMENSIONS = 8;

    private static final JsonFactory JSON = new JsonFactory();

    private PartsManifest() {}

    /**
     * One weight.
     *
     * @param recipe canonical
     * @param shape outermost first
     */
    record Entry(String recipe, long[] shape) {}

    static String write(Map<String, Entry> weights) {
        var text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            for (var weight : weights.entrySet()) {
                out.writeObjectFieldStart(weight.getKey());
                out.writeStringField("recipe", weight.getValue().recipe());
                out.writeFieldName("shape");
                long[] shape = weight.getValue().shape();
                out.writeArray(shape, 0, shape.length);
                out.writeEndObject();
            }
            out.writeEndObject();
        } catch (IOException e) { // into memory
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param file name for messages
     * @throws CheckpointException if it is not of that form
     */
    static Map<String, Entry> read(String file, String text) {
        Map<String, Entry> weights = new LinkedHashMap<>();
        try (JsonParser in = JSON.createParser(text)) {
            expect(file, in.nextToken() == JsonToken.START_OBJECT);
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                expect(file, in.nextToken() == JsonToken.START_OBJECT);
                String recipe = null;
                long[] shape = null;
                while (in.nextToken() == JsonToken.FIELD_NAME) {
                    String field = in.currentName();
                    in.nextToken();
                    switch (field) {
                        case "recipe" -> {
                            expect(file, in.currentToken() == JsonToken.VALUE_STRING);
                            recipe = in.getText();
                        }
                        case "shape" -> shape = shape(file, in);
                        default -> in.skipChildren();
                    }
                }
                expect(file, recipe != null && shape != null);
                expect(file, weights.put(name, new Entry(recipe, shape)) == null);
            }
            expect(file, in.nextToken() == null);
        } catch (IOException e) {
            throw new CheckpointException(file + ": the metadata \"" + KEY + "\" is not JSON: " + e.getMessage(), e);
        }
        return weights;
    }

    private static long[] shape(String file, JsonParser in) throws IOException {
        expect(file, in.currentToken() == JsonToken.START_ARRAY);
        long[] shape = new long[MOST_DIMENSIONS];
        int n = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            expect(
                    file,
                    n < MOST_DIMENSIONS
                            && in.currentToken() == JsonToken.VALUE_NUMBER_INT
                            && in.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                            && in.getLongValue() >= 0);
            shape[n++] = in.getLongValue();
        }
        return Arrays.copyOf(shape, n);
    }

    private static void expect(String file, boolean ok) {
        if (!ok) {
            throw new CheckpointException(file + ": the metadata \"" + KEY
                    + "\" is not {\"NAME\": {\"recipe\": …, \"shape\": [out, in]}, …}: the file is damaged");
        }
    }
}
