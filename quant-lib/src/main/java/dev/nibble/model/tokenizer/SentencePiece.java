package dev.nibble.model.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.checkpoint.CheckpointException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary of SentencePiece (a tokenizer.model, or the same in a GGUF file), turned into the rules of tokenizer.json.
 *
 * <p>SentencePiece's BPE has no list of merges: two neighbours become one if together they are a piece, the piece with the
 * best score first. So every way to put a piece together of two others is a merge, in the order of the pieces' scores.
 */
final class SentencePiece {
    /** What a piece is, numbered as sentencepiece_model.proto and GGUF do it. */
    static final int NORMAL = 1;

    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int UNUSED = 5;
    static final int BYTE = 6;

    /** Longest piece that is taken apart, in characters: SentencePiece trains pieces of up to 16. */
    private static final int LONGEST = 512;

    private static final String SPACE = "\u2581";

    /**
     * A piece.
     *
     * @param text as the model spells it
     * @param score better is larger
     * @param type one of the constants above
     */
    record Piece(String text, float score, int type) {}

    /** One way to make a piece of two. */
    private record Merge(String left, String right, float score, int id) {}

    private final String origin;
    private final List<Piece> pieces;

    /**
     * @param origin the file, for messages
     * @param pieces by number
     * @throws CheckpointException if two pieces are the same
     */
    SentencePiece(String origin, List<Piece> pieces) {
        this.origin = origin;
        this.pieces = pieces;
        Map<String, Integer> seen = new HashMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            Integer before = seen.putIfAbsent(pieces.get(id).text(), id);
            if (before != null) {
                throw new CheckpointException(origin + ": the tokens " + before + " and " + id + " are both \""
                        + pieces.get(id).text() + "\"");
            }
        }
    }

    /** The texts, by number. */
    List<String> texts() {
        return pieces.stream().map(Piece::text).toList();
    }

    /**
     * The tokens that are looked for before anything else: control, unknown and user-defined ones.
     *
     * @param escaped whether the last are looked for where spaces are "▁" already, as SentencePiece does; which the
     *     library can do where no space is put in front of a text
     */
    List<AddedToken> added(boolean escaped) {
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < pieces.size(); id++) {
            Piece piece = pieces.get(id);
            if (piece.type() == CONTROL || piece.type() == UNKNOWN) {
                added.add(AddedToken.special(id, piece.text()));
            } else if (piece.type() == USER_DEFINED) {
                AddedToken token = AddedToken.userDefined(id, piece.text());
                added.add(
                        escaped
                                ? token.asNormalized()
                                : token.spelled(piece.text().replace(SPACE, " ")));
            }
        }
        return added;
    }

    /** BPE as in tokenizer.json. */
    ObjectNode bpe() {
        ObjectNode vocab = Json.object();
        for (int id = 0; id < pieces.size(); id++) {
            vocab.put(pieces.get(id).text(), id);
        }
        ArrayNode rules = Json.object().putArray("merges");
        for (Merge merge : merges()) {
            VocabularyAndMerges.merge(rules, merge.left(), merge.right());
        }
        ObjectNode model =
                VocabularyAndMerges.bpe(vocab, rules).put("fuse_unk", true).put("byte_fallback", hasBytes());
        int unknown = unknown();
        return unknown < 0 ? model : model.put("unk_token", pieces.get(unknown).text());
    }

    /**
     * The texts as Unigram may know them, by number. It finds its pieces in a text whatever they are, so those that are no
     * text have a space in front, which no text has where pieces are found.
     */
    List<String> unigramTexts() {
        return pieces.stream()
                .map(piece -> piece.type() == CONTROL || piece.type() == UNKNOWN ? " " + piece.text() : piece.text())
                .toList();
    }

    /** Unigram as in tokenizer.json. */
    ObjectNode unigram() {
        ObjectNode model = Json.object().put("type", "Unigram");
        if (unknown() < 0) {
            throw new CheckpointException(origin + ": a Unigram vocabulary without an unknown token");
        }
        model.put("unk_id", unknown());
        ArrayNode vocab = model.putArray("vocab");
        List<String> texts = unigramTexts();
        for (int id = 0; id < pieces.size(); id++) {
            vocab.addArray().add(texts.get(id)).add((double) pieces.get(id).score());
        }
        return model.put("byte_fallback", hasBytes());
    }

    /**
     * What SentencePiece does to a text before it is cut: a space in front if the model has that, and spaces as "▁".
     *
     * @param before what comes first, as in tokenizer.json
     */
    static ObjectNode normalizer(List<ObjectNode> before, boolean spaceInFront) {
        ObjectNode sequence = Json.object().put("type", "Sequence");
        ArrayNode steps = sequence.putArray("normalizers").addAll(before);
        if (spaceInFront) {
            steps.addObject().put("type", "Prepend").put("prepend", SPACE);
        }
        steps.addObject()
                .put("type", "Replace")
                .put("content", SPACE)
                .putObject("pattern")
                .put("String", " ");
        return sequence;
    }

    /**
     * A pre-tokenizer that keeps Unigram from taking the text {@code <0x0A>} for the piece of that name, which stands for
     * a byte: it cuts behind the first character.
     */
    static ObjectNode neverBytes() {
        ObjectNode split = Json.object()
                .put("type", "Split")
                .put("behavior", "MergedWithPrevious")
                .put("invert", false);
        split.putObject("pattern").put("Regex", "<(?=0x[0-9A-F]{2}>)");
        return split;
    }

    private boolean hasBytes() {
        return pieces.stream().filter(piece -> piece.type() == BYTE).count() == 256;
    }

    private int unknown() {
        for (int id = 0; id < pieces.size(); id++) {
            if (pieces.get(id).type() == UNKNOWN) {
                return id;
            }
        }
        return -1;
    }

    private List<Merge> merges() {
        Map<String, Integer> byText = new HashMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            if (isText(pieces.get(id))) {
                byText.put(pieces.get(id).text(), id);
            }
        }
        List<Merge> merges = new ArrayList<>();
        byText.forEach((text, id) -> {
            if (text.length() > LONGEST) {
                throw new CheckpointException(origin + ": token " + id + " has " + text.length() + " characters; up to "
                        + LONGEST + " are read");
            }
            for (int at = text.offsetByCodePoints(0, Math.min(1, text.length()));
                    at < text.length();
                    at = text.offsetByCodePoints(at, 1)) {
                String left = text.substring(0, at);
                String right = text.substring(at);
                if (byText.containsKey(left) && byText.containsKey(right)) {
                    merges.add(new Merge(left, right, pieces.get(id).score(), id));
                }
            }
        });
        merges.sort(Comparator.comparingDouble((Merge merge) -> -merge.score())
                .thenComparingInt(Merge::id)
                .thenComparingInt(merge -> merge.left().length()));
        return merges;
    }

    private static boolean isText(Piece piece) {
        return piece.type() == NORMAL || piece.type() == USER_DEFINED || piece.type() == UNUSED;
    }
}
