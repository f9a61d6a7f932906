package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * One message from a front end, its signature checked and its parts parsed, its fields as yet untrusted.
 *
 * @param header who asks, and what type of message it is
 * @param metadata as the front end sent it
 * @param content what is asked
 * @param buffers binary parts of comm messages
 * @param abandoned whether it waited behind a cell that failed and asked for this
 */
public record Request(
        ObjectNode header, ObjectNode metadata, ObjectNode content, List<byte[]> buffers, boolean abandoned) {
    public Request {
        buffers = List.copyOf(buffers);
    }

    /** The message type; empty if there is none. */
    public String type() {
        return header.path("msg_type").asText("");
    }

    /** The id of the subshell that shall answer; null for the main shell. */
    public String subshell() {
        JsonNode id = header.path("subshell_id");
        return id.isMissingNode() || id.isNull() ? null : id.asText("");
    }

    /** The same request, marked as one that an error before it has made void: it is answered with "aborted". */
    public Request abandon() {
        return new Request(header, metadata, content, buffers, true);
    }

    /**
     * A text of the content.
     *
     * @throws BadRequest if it is missing or something else
     */
    public String text(String field) {
        JsonNode value = content.path(field);
        if (!value.isTextual()) {
            throw new BadRequest(type() + ": field \"" + field + "\" must be a string, and is "
                    + (value.isMissingNode()
                            ? "missing"
                            : value.getNodeType().name().toLowerCase(Locale.ROOT)));
        }
        return value.asText();
    }

    /** A truth value of the content, or {@code otherwise} if it is missing or something else. */
    public boolean flag(String field, boolean otherwise) {
        return content.path(field).isBoolean() ? content.path(field).asBoolean() : otherwise;
    }

    /** A request that does not say what it must. */
    public static final class BadRequest extends RuntimeException {
        public BadRequest(String message) {
            super(message);
        }
    }
}
