package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.history.History;
import java.util.List;

/** {@code history_request}: what was run before. Code is kept as it was typed, so "raw" makes no difference. */
public final class HistoryHandler implements Handler {
    private static final int DEFAULT_TAIL = 10;

    private final History history;

    /** @param history of the person whose kernel this is */
    public HistoryHandler(History history) {
        this.history = history;
    }

    @Override
    public void handle(Request request, Reply reply) {
        boolean output = request.flag("output", false);
        ObjectNode content = Json.ok();
        ArrayNode rows = content.putArray("history");
        for (History.Entry entry : entries(request)) {
            ArrayNode row = rows.addArray().add(entry.session()).add(entry.number());
            if (output) {
                row.addArray().add(entry.code()).add(entry.result());
            } else {
                row.add(entry.code());
            }
        }
        reply.reply(content);
    }

    private List<History.Entry> entries(Request request) {
        String type = request.text("hist_access_type");
        return switch (type) {
            case "tail" -> history.tail((int) number(request, "n", DEFAULT_TAIL));
            case "range" ->
                history.range(
                        number(request, "session", 0),
                        number(request, "start", 0),
                        number(request, "stop", Integer.MAX_VALUE));
            case "search" -> {
                String pattern = request.content().hasNonNull("pattern") ? request.text("pattern") : "*";
                boolean unique = request.flag("unique", false);
                try {
                    yield history.search(pattern, unique, (int) number(request, "n", Integer.MAX_VALUE));
                } catch (IllegalArgumentException e) {
                    throw new Request.BadRequest(request.type() + ": " + e.getMessage());
                }
            }
            default ->
                throw new Request.BadRequest(request.type() + ": hist_access_type is range, tail or search, not \""
                        + type.substring(0, Math.min(type.length(), 40)) + "\"");
        };
    }

    /** A number of the content, within what an int can hold; {@code otherwise} if there is none. */
    private static long number(Request request, String field, int otherwise) {
        JsonNode value = request.content().path(field);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber()) {
            throw new Request.BadRequest(request.type() + ": field \"" + field + "\" must be a number");
        }
        return (long) Math.clamp(value.asDouble(), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
}
