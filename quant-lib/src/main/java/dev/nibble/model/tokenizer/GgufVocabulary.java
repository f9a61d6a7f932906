package dev.nibble.model.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.checkpoint.CheckpointException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Reads the vocabulary inside a GGUF file, the keys {@code tokenizer.ggml.…}: byte-level BPE ("gpt2") and SentencePiece's
 * BPE ("llama").
 */
final class GgufVocabulary {
    private static final String KEYS = "tokenizer.ggml.";
    /** The key that says what kind of vocabulary a file has. */
    static final String MODEL = KEYS + "model";

    private final String file;
    private final Map<String, Object> metadata;
    private final List<String> tokens;
    private final List<?> types;

    private GgufVocabulary(String file, Map<String, Object> metadata) {
        this.file = file;
        this.metadata = metadata;
        List<?> texts = list("tokens", String.class, -1);
        if (texts.size() > Pieces.MOST) {
            throw new CheckpointException(file + " has more than " + Pieces.MOST + " tokens");
        }
        this.types =
                metadata.containsKey(KEYS + "token_type") ? list("token_type", Long.class, texts.size()) : List.of();
        this.tokens = new ArrayList<>(texts.size());
        for (int id = 0; id < texts.size(); id++) {
            String text = (String) texts.get(id);
            tokens.add(text.isEmpty() ? "[EMPTY_" + id + "]" : text); // as llama.cpp names them
        }
    }

    /**
     * Reads a file's metadata.
     *
     * @param file for messages
     * @throws CheckpointException if it has no vocabulary, a damaged one, or one of another kind
     */
    static Vocabulary read(String file, Map<String, Object> metadata) {
        Object model = metadata.get(MODEL);
        if (model == null) {
            throw new CheckpointException(file + " has no tokenizer: the key \"" + MODEL + "\" is missing");
        }
        return switch (String.valueOf(model)) {
            case "gpt2" -> new GgufVocabulary(file, metadata).byteLevel();
            case "llama" -> new GgufVocabulary(file, metadata).sentencePiece();
            default ->
                throw new CheckpointException(file + ": a tokenizer of kind \"" + model
                        + "\" is not read; known are gpt2 (byte-level BPE) and llama (SentencePiece BPE)");
        };
    }

    private Vocabulary byteLevel() {
        String pre = metadata.get(KEYS + "pre") instanceof String name ? name : "default";
        PreTokenizers.Rules rules = PreTokenizers.named(pre)
                .orElseThrow(() -> new CheckpointException(file + ": how \"" + pre
                        + "\" (tokenizer.ggml.pre) cuts texts into words is not known; known are "
                        + String.join(", ", PreTokenizers.names())));
        ObjectNode numbers = Json.object();
        Map<String, Integer> seen = new HashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            Integer before = seen.putIfAbsent(tokens.get(id), id);
            if (before != null) {
                throw new CheckpointException(
                        file + ": the tokens " + before + " and " + id + " are both \"" + tokens.get(id) + "\"");
            }
            numbers.put(tokens.get(id), id);
        }
        ArrayNode merges = Json.object().putArray("merges");
        for (Object rule : list("merges", String.class, -1)) {
            String text = (String) rule;
            int space = text.indexOf(' ', 1);
            if (space < 0 || space == text.length() - 1) {
                throw new CheckpointException(file + ": a merge is \"" + text + "\"; expected two pieces with a space"
                        + " between them (tokenizer.ggml.merges)");
            }
            VocabularyAndMerges.merge(merges, text.substring(0, space), text.substring(space + 1));
        }
        return new Vocabulary(
                file,
                null,
                rules.nfc() ? Json.object().put("type", "NFC") : null,
                rules.cut(),
                VocabularyAndMerges.bpe(numbers, merges).put("ignore_merges", rules.wholeWordsFirst()),
                tokens,
                added(),
                Spelling.BYTE_LEVEL,
                false,
                new Ends(number("bos"), number("eos"), flag("add_bos_token", rules.bos())));
    }

    private Vocabulary sentencePiece() {
        List<?> scores = list("scores", Float.class, tokens.size());
        List<SentencePiece.Piece> pieces = new ArrayList<>(tokens.size());
        for (int id = 0; id < tokens.size(); id++) {
            pieces.add(new SentencePiece.Piece(tokens.get(id), (Float) scores.get(id), type(id)));
        }
        var model = new SentencePiece(file, pieces);
        boolean space = flag("add_space_prefix", true);
        OptionalInt bos = number("bos");
        OptionalInt eos = number("eos");
        return new Vocabulary(
                file,
                null,
                SentencePiece.normalizer(List.of(), space),
                null,
                model.bpe(),
                tokens,
                model.added(false),
                Spelling.SENTENCE_PIECE,
                space,
                new Ends(
                        bos.isEmpty() ? control(1) : bos,
                        eos.isEmpty() ? control(2) : eos,
                        flag("add_bos_token", true)));
    }

    private List<AddedToken> added() {
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            int type = type(id);
            if (type == SentencePiece.CONTROL || type == SentencePiece.UNKNOWN) {
                added.add(AddedToken.special(id, tokens.get(id)));
            } else if (type == SentencePiece.USER_DEFINED) {
                added.add(AddedToken.userDefined(id, tokens.get(id)));
            }
        }
        return added;
    }

    private int type(int id) {
        return types.isEmpty() ? SentencePiece.NORMAL : Math.toIntExact((Long) types.get(id));
    }

    /** Where the file does not say: what SentencePiece numbers so, if it is a control token. */
    private OptionalInt control(int id) {
        boolean is = id < tokens.size() && type(id) == SentencePiece.CONTROL;
        return is ? OptionalInt.of(id) : OptionalInt.empty();
    }

    private OptionalInt number(String role) {
        Object id = metadata.get(KEYS + role + "_token_id");
        boolean is = id instanceof Long number && number >= 0 && number < tokens.size();
        return is ? OptionalInt.of(((Long) id).intValue()) : OptionalInt.empty();
    }

    private boolean flag(String key, boolean otherwise) {
        return metadata.get(KEYS + key) instanceof Boolean is ? is : otherwise;
    }

    /**
     * A list of the file.
     *
     * @param count how many elements it has; -1 for any number
     */
    private List<?> list(String key, Class<?> element, int count) {
        Object value = metadata.get(KEYS + key);
        if (!(value instanceof List<?> list)) {
            throw new CheckpointException(file + ": the vocabulary has no list \"" + KEYS + key + "\"");
        }
        if (!list.isEmpty() && !element.isInstance(list.getFirst())) {
            throw new CheckpointException(file + ": \"" + KEYS + key + "\" holds "
                    + list.getFirst().getClass().getSimpleName() + "; expected " + element.getSimpleName());
        }
        if (count >= 0 && list.size() != count) {
            throw new CheckpointException(file + ": \"" + KEYS + key + "\" has " + list.size()
                    + " elements; the file has " + count + " tokens");
        }
        return list;
    }
}
