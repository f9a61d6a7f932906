package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.display.MimeBundle;
import java.util.List;
import java.util.Map;

/** The content of messages, built. */
final class Json {
    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ObjectNode ok() {
        return object().put("status", "ok");
    }

    static ObjectNode error(String name, String value, List<String> traceback) {
        ObjectNode error = object().put("status", "error").put("ename", name).put("evalue", value);
        var lines = error.putArray("traceback");
        traceback.forEach(lines::add);
        return error;
    }

    static ObjectNode error(CellRunner.CellError error) {
        return error(error.name(), error.value(), error.traceback());
    }

    /** {@code data} and {@code metadata} of a bundle. */
    static ObjectNode bundle(MimeBundle bundle) {
        ObjectNode content = object();
        content.set("data", map(bundle.data()));
        content.set("metadata", map(bundle.metadata()));
        return content;
    }

    private static ObjectNode map(Map<String, Object> values) {
        ObjectNode object = object();
        values.forEach((key, value) -> object.set(key, node(value)));
        return object;
    }

    private static JsonNode node(Object value) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (value) {
            case null -> json.nullNode();
            case JsonNode node -> node;
            case Boolean truth -> json.booleanNode(truth);
            case Integer number -> json.numberNode(number);
            case Long number -> json.numberNode(number);
            case Number number -> json.numberNode(number.doubleValue());
            case Map<?, ?> map -> {
                ObjectNode object = object();
                map.forEach((key, inner) -> object.set(String.valueOf(key), node(inner)));
                yield object;
            }
            case Iterable<?> list -> {
                var array = json.arrayNode();
                list.forEach(inner -> array.add(node(inner)));
                yield array;
            }
            default -> json.textNode(String.valueOf(value));
        };
    }
}
