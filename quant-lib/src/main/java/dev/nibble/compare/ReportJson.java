package dev.nibble.compare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DatabindException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.stream.Collectors;

/** Reports as JSON: numbers at full precision, null for those that are none; read strictly, for they come from anyone. */
final class ReportJson {
    /** Longest document, in characters. */
    static final int LONGEST = 1 << 25;

    private static final String MARK = "nibbleReport";
    private static final int VERSION = 1;

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxStringLength(100_000)
                            .maxNameLength(2_000)
                            .build())
                    .build())
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS, MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .addModule(new SimpleModule()
                    .addSerializer(Double.class, new WriteDouble())
                    .addSerializer(double.class, new WriteDouble())
                    .addDeserializer(Double.class, new ReadDouble())
                    .addDeserializer(double.class, new ReadDouble()))
            .build();

    private ReportJson() {}

    private static final class WriteDouble extends JsonSerializer<Double> {
        @Override
        public void serialize(Double value, JsonGenerator out, SerializerProvider provider) throws IOException {
            if (Double.isFinite(value)) {
                out.writeNumber(value);
            } else {
                out.writeNull();
            }
        }
    }

    private static final class ReadDouble extends JsonDeserializer<Double> {
        @Override
        public Double deserialize(JsonParser in, DeserializationContext context) throws IOException {
            if (!in.currentToken().isNumeric()) {
                return (Double) context.handleUnexpectedToken(Double.class, in);
            }
            double value = in.getDoubleValue();
            if (!Double.isFinite(value)) {
                return (Double) context.handleWeirdNumberValue(Double.class, value, "too large for a number");
            }
            return value;
        }

        @Override
        public Double getNullValue(DeserializationContext context) {
            return Double.NaN;
        }
    }

    static ObjectNode tree(Record value) {
        return JSON.valueToTree(value);
    }

    static String pretty(JsonNode tree) {
        return tree.toPrettyString();
    }

    static String write(Report report) {
        ObjectNode tree = JSON.createObjectNode().put(MARK, VERSION);
        ObjectNode manifest = tree(report.manifest());
        tree.set("manifest", manifest.put("command", report.manifest().command()));
        tree.set("result", ComparisonExport.tree(report.result()));
        return pretty(tree) + "\n";
    }

    static Report read(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%,d characters, more than a report has", text.length()));
        }
        try {
            JsonNode tree = JSON.readTree(text);
            JsonNode version = tree == null ? JSON.missingNode() : tree.path(MARK);
            if (!version.isInt()) {
                throw new IllegalArgumentException("this is no report of a comparison: it has no \"" + MARK + "\"");
            }
            if (version.intValue() != VERSION) {
                throw new IllegalArgumentException(
                        "a report of kind " + version + "; this version of Nibble reads kind " + VERSION
                                + ": take the version that wrote it, or a newer one");
            }
            return new Report(part(tree, "manifest", Manifest.class), part(tree, "result", ComparisonResult.class));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "its data are no JSON: " + e.getOriginalMessage().split(" \\(", 2)[0], e);
        }
    }

    private static <T> T part(JsonNode tree, String name, Class<T> kind) {
        try {
            if (!tree.path(name).isObject()) {
                throw new IllegalArgumentException(name + ": expected an object");
            }
            return JSON.treeToValue(tree.path(name), kind);
        } catch (DatabindException e) {
            throw new IllegalArgumentException(place(name, e) + ": " + reason(e), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(name + ": " + e.getOriginalMessage(), e);
        }
    }

    private static String place(String name, DatabindException e) {
        return e instanceof JsonMappingException mapping
                ? name
                        + mapping.getPath().stream()
                                .map(at ->
                                        at.getFieldName() == null ? "[" + at.getIndex() + "]" : "." + at.getFieldName())
                                .collect(Collectors.joining())
                : name;
    }

    private static String reason(DatabindException e) {
        Throwable cause = e.getCause();
        return cause instanceof IllegalArgumentException || cause instanceof NullPointerException
                ? String.valueOf(cause.getMessage())
                : e.getOriginalMessage().split("\n", 2)[0];
    }
}
