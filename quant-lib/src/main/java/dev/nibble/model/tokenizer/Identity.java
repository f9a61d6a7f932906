package dev.nibble.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/**
 * A hash of everything that decides how a text is cut, whatever file it came from: rules in one spelling, pieces by
 * number, merges in order, added tokens by number. What decides nothing is left out, as the ends of a text and how tokens
 * are decoded.
 */
final class Identity {
    private static final String VERSION = "nibble tokenizer identity 1";

    private final MessageDigest digest;

    private Identity(MessageDigest digest) {
        this.digest = digest;
    }

    /** SHA-256, lower-case hexadecimal. */
    static String of(Vocabulary vocabulary) {
        try {
            var identity = new Identity(MessageDigest.getInstance("SHA-256"));
            identity.add(vocabulary);
            return HexFormat.of().formatHex(identity.digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    private void add(Vocabulary vocabulary) {
        JsonNode model = vocabulary.model();
        boolean bytes = vocabulary.spelling() == Spelling.BYTE_LEVEL;
        add(VERSION);
        add(vocabulary.kind());
        add(
                vocabulary.characters() == null
                        ? ""
                        : HexFormat.of().formatHex(vocabulary.characters().table()));
        add(canonical(vocabulary.normalizer()));
        add(canonical(vocabulary.preTokenizer()));
        for (String flag : List.of("ignore_merges", "byte_fallback")) {
            add(Boolean.toString(model.path(flag).asBoolean(false)));
        }
        for (String text : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            add(model.path(text).isTextual() ? model.path(text).asText() : "");
        }
        // Where every byte is a piece nothing is unknown.
        add(bytes ? "" : model.path("unk_token").asText(model.path("unk_id").asText("")));
        add(bytes ? "" : Boolean.toString(model.path("fuse_unk").asBoolean(false)));
        addPieces(vocabulary);
        if (vocabulary.kind().equals("BPE")) {
            addMerges(model.path("merges"));
        }
        addTokens(vocabulary);
    }

    /** Pieces by number; what is both a piece and an added token counts as the latter. */
    private void addPieces(Vocabulary vocabulary) {
        boolean[] isAdded = new boolean[vocabulary.size()];
        vocabulary.added().forEach(token -> isAdded[token.id()] = true);
        boolean scores = vocabulary.kind().equals("Unigram");
        for (int id = 0; id < vocabulary.pieces().size(); id++) {
            String piece = vocabulary.pieces().get(id);
            if (piece != null && !isAdded[id]) {
                add(id);
                add(piece);
                if (scores) {
                    add(Float.floatToIntBits((float)
                            vocabulary.model().path("vocab").path(id).path(1).asDouble()));
                }
            }
        }
    }

    private void addMerges(JsonNode merges) {
        for (JsonNode merge : merges) {
            if (merge.isArray()) {
                add(merge.path(0).asText() + " " + merge.path(1).asText());
            } else {
                add(merge.asText());
            }
        }
    }

    private void addTokens(Vocabulary vocabulary) {
        boolean changes = vocabulary.normalizer() != null;
        vocabulary.added().stream()
                .sorted(Comparator.comparingInt(AddedToken::id))
                .forEach(token -> {
                    add(token.id());
                    add(token.content());
                    add((token.special() ? 1 : 0)
                            | (changes && token.normalized() ? 2 : 0)
                            | (token.lstrip() ? 4 : 0)
                            | (token.rstrip() ? 8 : 0)
                            | (token.singleWord() ? 16 : 0));
                });
    }

    /** Rules with their keys in order, without what is not set, and a list of one as that one. */
    private static String canonical(JsonNode rule) {
        return rule == null ? "" : Json.write(ordered(rule));
    }

    private static JsonNode ordered(JsonNode node) {
        if (node instanceof ArrayNode list) {
            ArrayNode ordered = Json.object().putArray("list");
            list.forEach(element -> ordered.add(ordered(element)));
            return ordered;
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        if (object.path("type").asText().equals("Sequence")) {
            for (String steps : List.of("pretokenizers", "normalizers")) {
                if (object.path(steps).size() == 1) {
                    return ordered(object.path(steps).path(0));
                }
            }
        }
        var sorted = new TreeMap<String, JsonNode>();
        object.properties().forEach(entry -> {
            if (!entry.getValue().isNull() && !entry.getKey().equals("trim_offsets")) {
                sorted.put(entry.getKey(), ordered(entry.getValue()));
            }
        });
        ObjectNode ordered = Json.object();
        sorted.forEach(ordered::set);
        return ordered;
    }

    /** A text with its length before it, so that two texts are not taken for one. */
    private void add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add(bytes.length);
        digest.update(bytes);
    }

    private void add(int number) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
    }
}
