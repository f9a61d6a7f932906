package dev.nibble.model.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.checkpoint.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Reads tokenizer.model, the file of SentencePiece: a message of Protocol Buffers with the pieces, what was asked for when
 * they were trained, and what is done to a text first. Field numbers: sentencepiece_model.proto.
 */
final class SentencePieceModel {
    private static final int UNIGRAM = 1;
    private static final int BPE = 2;

    private final Path file;
    private final FolderFacts facts;
    private final List<SentencePiece.Piece> pieces = new ArrayList<>();
    private int kind = UNIGRAM;
    private int bos = 1;
    private int eos = 2;
    private boolean spaceInFront = true;
    private boolean fewSpaces = true;
    private byte[] characters = new byte[0];

    private SentencePieceModel(Path file, FolderFacts facts) {
        this.file = file;
        this.facts = facts;
    }

    /**
     * Reads a file.
     *
     * @param facts what the files beside it say
     * @throws CheckpointException if it can not be read, is damaged, or has rules that language models do not have
     */
    static Vocabulary read(Path file, FolderFacts facts) {
        return new SentencePieceModel(file, facts).read();
    }

    private Vocabulary read() {
        byte[] bytes = Json.bytes(file);
        String start = new String(bytes, 0, Math.min(bytes.length, 64), StandardCharsets.ISO_8859_1);
        if (start.matches("(?s)[A-Za-z0-9+/]+=* \\d+\\r?\\n.*")) {
            throw new CheckpointException(file + " is a vocabulary of tiktoken, which does not say how texts are cut"
                    + " into words: get the model's tokenizer.json, which transformers writes, and put it beside");
        }
        var message = new Protobuf(file.toString(), ByteBuffer.wrap(bytes));
        while (message.next()) {
            switch (message.field()) {
                case 1 -> pieces.add(piece(message.message()));
                case 2 -> training(message.message());
                case 3 -> normalization(message.message());
                default -> {} // self-tests, and what may come later
            }
            if (pieces.size() > Pieces.MOST) {
                throw new CheckpointException(file + " has more than " + Pieces.MOST + " tokens");
            }
        }
        if (pieces.isEmpty()) {
            throw new CheckpointException(file + " is not a SentencePiece model: it has no pieces");
        }
        return vocabulary(new SentencePiece(file.toString(), pieces));
    }

    private Vocabulary vocabulary(SentencePiece model) {
        boolean space = facts.setting("add_prefix_space").orElse(spaceInFront);
        Map<String, AddedToken> added = new LinkedHashMap<>();
        TokenizerJson.addFrom(facts, model.texts(), added);
        added.replaceAll((content, token) -> token.asWritten());
        model.added(!space).forEach(token -> added.putIfAbsent(token.content(), token));
        var vocabulary = new Vocabulary(
                file.toString(),
                characters.length == 0
                        ? null
                        : CharacterMap.of(file.toString(), characters, List.copyOf(added.keySet())),
                SentencePiece.normalizer(before(), space),
                kind == BPE ? null : SentencePiece.neverBytes(),
                kind == BPE ? model.bpe() : model.unigram(),
                kind == BPE ? model.texts() : model.unigramTexts(),
                List.copyOf(added.values()),
                Spelling.SENTENCE_PIECE,
                space,
                new Ends(OptionalInt.empty(), OptionalInt.empty(), false));
        return vocabulary.with(new Ends(
                end("bos_token", bos, vocabulary),
                end("eos_token", eos, vocabulary),
                facts.setting("add_bos_token").orElse(kind == BPE)));
    }

    private OptionalInt end(String role, int trained, Vocabulary vocabulary) {
        OptionalInt said = facts.token(role, vocabulary::number, vocabulary.size());
        boolean isThere = trained >= 0 && trained < pieces.size();
        return said.isEmpty() && !facts.says(role) && isThere ? OptionalInt.of(trained) : said;
    }

    /** What is done to a text before a space is put in front of it. */
    private List<ObjectNode> before() {
        List<ObjectNode> steps = new ArrayList<>();
        if (fewSpaces) {
            steps.add(replace("\\A +| +\\z", ""));
            steps.add(replace(" {2,}", " "));
        }
        return steps;
    }

    private static ObjectNode replace(String expression, String by) {
        ObjectNode step = Json.object().put("type", "Replace").put("content", by);
        step.putObject("pattern").put("Regex", expression);
        return step;
    }

    private static SentencePiece.Piece piece(Protobuf message) {
        String text = "";
        float score = 0;
        int type = SentencePiece.NORMAL;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> text = message.text();
                case 2 -> score = message.real();
                case 3 -> type = (int) message.number();
                default -> {}
            }
        }
        return new SentencePiece.Piece(text, score, type);
    }

    private void training(Protobuf message) {
        while (message.next()) {
            switch (message.field()) {
                case 3 -> kind = (int) message.number();
                case 24 ->
                    refuse(message.flag(), "spaces behind words instead of in front (treat_whitespace_as_suffix)");
                case 41 -> bos = (int) message.number();
                case 42 -> eos = (int) message.number();
                default -> {}
            }
        }
        refuse(kind != UNIGRAM && kind != BPE, "a model of words or characters; BPE and Unigram are read");
    }

    private void normalization(Protobuf message) {
        while (message.next()) {
            switch (message.field()) {
                case 2 -> characters = message.bytes();
                case 3 -> spaceInFront = message.flag();
                case 4 -> fewSpaces = message.flag();
                case 5 -> refuse(!message.flag(), "spaces that are not written as \"▁\" (escape_whitespaces off)");
                default -> {}
            }
        }
    }

    private void refuse(boolean is, String what) {
        if (is) {
            throw new CheckpointException(file + " has " + what + ", which is not read");
        }
    }
}
