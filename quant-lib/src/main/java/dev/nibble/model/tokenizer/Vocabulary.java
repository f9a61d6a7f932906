package dev.nibble.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.List;

/**
 * Everything that decides how a text is cut, whatever kind of file it was read from.
 *
 * @param origin the file, for messages
 * @param characters what is replaced in the text before anything else; null for nothing
 * @param normalizer what is done to the text then, as in tokenizer.json; null for nothing
 * @param preTokenizer what cuts it into words, as in tokenizer.json; null for nothing
 * @param model pieces and how words are made of them, as in tokenizer.json
 * @param pieces the model's pieces by number; null where a number is left out
 * @param added the tokens that are looked for first, each once, in the order of the file
 * @param spelling how pieces spell bytes
 * @param spaceInFront whether a space is put in front of a text, which decoding takes away again
 * @param ends the tokens at the ends of a text
 */
record Vocabulary(
        String origin,
        CharacterMap characters,
        JsonNode normalizer,
        JsonNode preTokenizer,
        ObjectNode model,
        List<String> pieces,
        List<AddedToken> added,
        Spelling spelling,
        boolean spaceInFront,
        Ends ends) {

    Vocabulary {
        pieces = Collections.unmodifiableList(pieces); // with nulls, so no copy
        added = List.copyOf(added);
    }

    /** One more than the largest token. */
    int size() {
        return Math.max(
                pieces.size(), added.stream().mapToInt(AddedToken::id).max().orElse(-1) + 1);
    }

    /** How many pieces the model itself has. */
    int pieceCount() {
        return kind().equals("BPE") ? model.path("vocab").size() : pieces.size();
    }

    /** The same with other tokens at its ends. */
    Vocabulary with(Ends others) {
        return new Vocabulary(
                origin, characters, normalizer, preTokenizer, model, pieces, added, spelling, spaceInFront, others);
    }

    /** The number of a spelling, among the added tokens first; -1 if it is not in the vocabulary. */
    int number(String content) {
        for (AddedToken token : added) {
            if (token.content().equals(content)) {
                return token.id();
            }
        }
        return content.isEmpty() ? -1 : pieces.indexOf(content);
    }

    /** "BPE", "Unigram". */
    String kind() {
        return model.path("type").asText("BPE");
    }
}
