package dev.nibble.model.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** A tokenizer of the original implementation, and a table of what its tokens stand for. */
final class TextTokenizer implements Tokenizer {
    private final Vocabulary vocabulary;
    private final Pieces pieces;
    private final String identity;
    private final Cutter full;
    /** The same without special tokens; made when it is first asked for. */
    private volatile Cutter plain;

    /** @param vocabulary what it cuts by */
    TextTokenizer(Vocabulary vocabulary) {
        this.pieces = Pieces.of(vocabulary);
        this.identity = Identity.of(vocabulary);
        this.full = new Cutter(vocabulary, vocabulary.added());
        this.vocabulary = vocabulary;
    }

    @Override
    public String describe() {
        String file = vocabulary.origin();
        return String.format(
                Locale.ROOT,
                "%s%s, %,d tokens, %s",
                vocabulary.spelling().words(),
                vocabulary.kind(),
                pieces.size(),
                file.substring(file.lastIndexOf('/') + 1));
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public int vocabulary() {
        return pieces.size();
    }

    @Override
    public int[] encode(String text, boolean special) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSurrogatePair(text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : 'x')) {
                    throw new IllegalArgumentException(
                            "the text has half a character (an unpaired surrogate) at " + i + ": it was cut wrongly");
                }
                i++;
            }
        }
        if (text.isEmpty()) {
            return new int[0];
        }
        String replaced =
                vocabulary.characters() == null ? text : vocabulary.characters().apply(text);
        return (special ? full : plain()).encode(replaced);
    }

    @Override
    public String decode(int... tokens) {
        byte[] bytes = pieces.get(tokens);
        boolean drop = vocabulary.spaceInFront() && bytes.length > 0 && bytes[0] == ' ' && !pieces.isSpecial(tokens[0]);
        int from = drop ? 1 : 0;
        return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    }

    @Override
    public byte[] bytes(int token) {
        return pieces.get(token);
    }

    @Override
    public OptionalInt bos() {
        return vocabulary.ends().bos();
    }

    @Override
    public OptionalInt eos() {
        return vocabulary.ends().eos();
    }

    @Override
    public boolean addsBos() {
        return vocabulary.ends().addsBos();
    }

    @Override
    public String toString() {
        return describe();
    }

    private Cutter plain() {
        Cutter made = plain;
        if (made == null) {
            synchronized (full) {
                made = plain;
                if (made == null) {
                    List<AddedToken> text = vocabulary.added().stream()
                            .filter(t -> !t.special())
                            .toList();
                    made = text.size() == vocabulary.added().size() ? full : new Cutter(vocabulary, text);
                    plain = made;
                }
            }
        }
        return made;
    }

    /** A native tokenizer with certain added tokens, and the numbers that these have in the model. */
    private static final class Cutter {
        private final NativeTokenizer tokenizer;
        /** The model's number for a number of the original implementation, where they differ. */
        private final Map<Integer, Integer> renumbered = new HashMap<>();

        Cutter(Vocabulary vocabulary, List<AddedToken> added) {
            tokenizer = NativeTokenizer.of(json(vocabulary, added), vocabulary.origin());
            renumber(vocabulary, added);
        }

        int[] encode(String text) {
            int[] tokens = tokenizer.encode(text);
            if (!renumbered.isEmpty()) {
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = renumbered.getOrDefault(tokens[i], tokens[i]);
                }
            }
            return tokens;
        }

        /**
         * The original gives an added token the number of the piece of the same spelling, and otherwise the next one
         * that is free, in the order of the file, whatever the file says: with a gap in the numbers, or without the
         * special tokens, that is another one.
         */
        private void renumber(Vocabulary vocabulary, List<AddedToken> added) {
            Map<String, Integer> inModel = new HashMap<>();
            for (int id = 0; id < vocabulary.pieces().size(); id++) {
                if (vocabulary.pieces().get(id) != null) {
                    inModel.put(vocabulary.pieces().get(id), id);
                }
            }
            int count = vocabulary.pieceCount();
            int largest = -1;
            for (AddedToken token : added) {
                Integer known = inModel.get(token.content());
                int given = known != null ? known : Math.max(largest + 1, count);
                largest = Math.max(largest, given);
                boolean isPiece = given < vocabulary.pieces().size()
                        && vocabulary.pieces().get(given) != null;
                if (given != token.id() && (known != null || !isPiece)) {
                    renumbered.put(given, token.id());
                }
            }
        }

        private static String json(Vocabulary vocabulary, List<AddedToken> added) {
            ObjectNode json = Json.object().put("version", "1.0");
            json.putNull("truncation").putNull("padding");
            ArrayNode tokens = json.putArray("added_tokens");
            for (AddedToken token : added) {
                tokens.addObject()
                        .put("id", token.id())
                        .put("content", token.content())
                        .put("single_word", token.singleWord())
                        .put("lstrip", token.lstrip())
                        .put("rstrip", token.rstrip())
                        .put("normalized", token.normalized())
                        .put("special", token.special());
            }
            json.set("normalizer", vocabulary.normalizer());
            json.set("pre_tokenizer", vocabulary.preTokenizer());
            json.putNull("post_processor").putNull("decoder");
            json.set("model", vocabulary.model());
            return Json.write(json);
        }
    }
}
