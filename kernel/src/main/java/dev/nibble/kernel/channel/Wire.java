package dev.nibble.kernel.channel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.protocol.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Messages as frames on a socket:
 *
 * <pre>
 *   identities…, "&lt;IDS|MSG&gt;", signature, header, parent header, metadata, content, buffers…
 * </pre>
 *
 * The signature is the HMAC of the four JSON frames, in hexadecimal; empty where the connection has no key.
 */
final class Wire {
    private static final byte[] DELIMITER = "<IDS|MSG>".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.US_ASCII);
    private static final int JSON_FRAMES = 4;
    /** In bytes. A header goes back with every message that its request causes. */
    private static final int MAX_HEADER = 1 << 16;

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Signer signer;
    private final String version;
    private final String session = UUID.randomUUID().toString();

    /** @param version the protocol's, for headers */
    Wire(Signer signer, String version) {
        this.signer = signer;
        this.version = version;
    }

    /** A received message with what is needed to answer it. */
    record Incoming(List<byte[]> identities, Request request) {}

    /** Thrown for frames that are no message, or not from who holds the key. */
    static final class NotAMessage extends Exception {
        NotAMessage(String why) {
            super(why);
        }
    }

    Incoming parse(List<byte[]> frames) throws NotAMessage {
        int delimiter = 0;
        while (delimiter < frames.size() && !Arrays.equals(frames.get(delimiter), DELIMITER)) {
            delimiter++;
        }
        if (frames.size() < delimiter + 2 + JSON_FRAMES) {
            throw new NotAMessage("frames that are no message");
        }
        byte[] signature = frames.get(delimiter + 1);
        List<byte[]> signed = frames.subList(delimiter + 2, delimiter + 2 + JSON_FRAMES);
        byte[] expected = sign(signed).getBytes(StandardCharsets.US_ASCII);
        // Compares every byte whatever the outcome, so that time tells nothing about the right signature.
        if (!MessageDigest.isEqual(signature, expected)) {
            throw new NotAMessage("a message with a wrong signature");
        }
        if (signed.getFirst().length > MAX_HEADER) {
            throw new NotAMessage("a message whose header has more than " + MAX_HEADER + " bytes");
        }
        ObjectNode header = object(signed.getFirst(), "header");
        var request = new Request(
                header,
                object(signed.get(2), "metadata"),
                object(signed.get(3), "content"),
                frames.subList(delimiter + 2 + JSON_FRAMES, frames.size()),
                false);
        return new Incoming(List.copyOf(frames.subList(0, delimiter)), request);
    }

    private static ObjectNode object(byte[] frame, String what) throws NotAMessage {
        JsonNode node;
        try {
            node = JSON.readTree(frame);
        } catch (IOException e) {
            throw new NotAMessage("a message whose " + what + " is not JSON");
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new NotAMessage("a message whose " + what + " is not an object");
    }

    private String sign(List<byte[]> frames) {
        return signer.sign(frames);
    }

    /**
     * A message to send.
     *
     * @param identities who gets it; on a publishing socket its topic
     * @param parent the header of the request that caused it, or null
     */
    List<byte[]> build(
            List<byte[]> identities,
            String type,
            JsonNode parent,
            JsonNode metadata,
            JsonNode content,
            List<byte[]> buffers) {
        ObjectNode header = JSON.createObjectNode()
                .put("msg_id", UUID.randomUUID().toString())
                .put("session", session)
                .put("username", "kernel")
                .put("date", DATE.format(Instant.now()))
                .put("msg_type", type)
                .put("version", version);
        List<byte[]> signed = List.of(
                bytes(header),
                parent == null ? EMPTY_OBJECT : bytes(parent),
                metadata == null ? EMPTY_OBJECT : bytes(metadata),
                bytes(content));
        var frames = new ArrayList<byte[]>(identities);
        frames.add(DELIMITER);
        frames.add(sign(signed).getBytes(StandardCharsets.US_ASCII));
        frames.addAll(signed);
        frames.addAll(buffers);
        return frames;
    }

    private static byte[] bytes(JsonNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of our own cannot be written", e);
        }
    }

    static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON", e);
        }
    }
}
