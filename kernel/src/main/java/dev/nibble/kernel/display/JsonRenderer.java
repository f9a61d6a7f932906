package dev.nibble.kernel.display;

import com.fasterxml.jackson.databind.JsonNode;

/** JSON, indented. */
public final class JsonRenderer implements Renderer<JsonNode> {
    @Override
    public Class<JsonNode> type() {
        return JsonNode.class;
    }

    @Override
    public MimeBundle render(JsonNode json, RenderOptions options) {
        return MimeBundle.text(ValueText.clip(json.toPrettyString(), ValueText.MAX_LENGTH));
    }
}
