package dev.nibble.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Reads tokenizer.json, the form of Hugging Face's tokenizers library. Its rules are kept as they are. */
final class TokenizerJson {
    private final Path file;
    private final ObjectNode json;
    private final FolderFacts facts;

    private TokenizerJson(Path file, FolderFacts facts) {
        this.file = file;
        this.json = Json.read(file);
        this.facts = facts;
    }

    /**
     * Reads a file.
     *
     * @param facts what the files beside it say
     * @throws CheckpointException if it can not be read, is damaged, or is of a kind that language models do not use
     */
    static Vocabulary read(Path file, FolderFacts facts) {
        return new TokenizerJson(file, facts).read();
    }

    private Vocabulary read() {
        if (!(json.path("model") instanceof ObjectNode model)) {
            throw new CheckpointException(file + ": not a tokenizer.json: it has no \"model\"");
        }
        List<String> pieces = pieces(model);
        model.remove("dropout"); // it would cut the same text differently every time
        List<AddedToken> added = added(pieces);
        fillGaps(model, pieces, added);
        checkRules();
        Spelling spelling = spelling(model);
        var vocabulary = new Vocabulary(
                file.toString(),
                null,
                rule("normalizer"),
                rule("pre_tokenizer"),
                model,
                pieces,
                added,
                spelling,
                spaceInFront(json.path("decoder")),
                new Ends(OptionalInt.empty(), OptionalInt.empty(), false));
        return vocabulary.with(ends(vocabulary));
    }

    /** Refuses what the library would end the program at, instead of saying that it is damaged. */
    private void checkRules() {
        for (JsonNode table : json.path("normalizer").findValues("precompiled_charsmap")) {
            try {
                CharacterMap.of(file.toString(), Base64.getDecoder().decode(table.asText()), List.of())
                        .check(file.toString());
            } catch (IllegalArgumentException notBase64) {
                throw new CheckpointException(
                        file + ": the table of characters (precompiled_charsmap) is damaged: it is not Base64",
                        notBase64);
            }
        }
        for (JsonNode step : json.path("normalizer").findParents("type")) {
            if (step.path("type").asText().equals("Precompiled")
                    && !step.path("precompiled_charsmap").isTextual()) {
                throw new CheckpointException(file + ": the normalizer \"Precompiled\" has no precompiled_charsmap");
            }
        }
    }

    /** Added tokens whose numbers lie in gaps of the vocabulary become pieces, so that they keep their numbers. */
    private static void fillGaps(ObjectNode model, List<String> pieces, List<AddedToken> added) {
        for (AddedToken token : added) {
            boolean gap = token.id() < pieces.size() && pieces.get(token.id()) == null;
            if (gap && model.path("vocab") instanceof ObjectNode vocab && !vocab.has(token.content())) {
                vocab.put(token.content(), token.id());
                pieces.set(token.id(), token.content());
            }
        }
    }

    private JsonNode rule(String name) {
        JsonNode rule = json.path(name);
        return rule.isObject() ? rule : null;
    }

    private List<String> pieces(ObjectNode model) {
        JsonNode vocab = model.path("vocab");
        String type = model.path("type").asText(vocab.isArray() ? "Unigram" : "BPE");
        model.put("type", type);
        if (type.equals("BPE") && vocab.isObject()) {
            return byNumber(file.toString(), vocab);
        }
        if (type.equals("Unigram") && vocab.isArray()) {
            List<String> pieces = new ArrayList<>(vocab.size());
            vocab.forEach(entry -> pieces.add(entry.path(0).asText()));
            return pieces;
        }
        throw new CheckpointException(file + ": a model of type \"" + type
                + "\" with such a vocabulary is not read; language models have BPE or Unigram");
    }

    /**
     * Turns a vocabulary of numbers by piece around.
     *
     * @throws CheckpointException if a number is none or is too large
     */
    static List<String> byNumber(String origin, JsonNode vocab) {
        int largest = -1;
        for (JsonNode number : vocab) {
            if (!number.isInt() || number.intValue() < 0 || number.intValue() >= Pieces.MOST) {
                throw new CheckpointException(
                        origin + ": the number of a token is " + number + "; expected 0 to " + (Pieces.MOST - 1));
            }
            largest = Math.max(largest, number.intValue());
        }
        String[] pieces = new String[largest + 1];
        vocab.properties().forEach(entry -> pieces[entry.getValue().intValue()] = entry.getKey());
        return new ArrayList<>(Arrays.asList(pieces));
    }

    /** Those of the file, with what tokenizer_config.json says of them or adds, as transformers does it. */
    private List<AddedToken> added(List<String> pieces) {
        Map<String, AddedToken> byContent = new LinkedHashMap<>();
        for (JsonNode token : json.path("added_tokens")) {
            JsonNode id = token.path("id");
            if (!id.isInt() || id.intValue() < 0 || id.intValue() >= Pieces.MOST) {
                throw new CheckpointException(
                        file + ": the number of an added token is " + id + "; expected 0 to " + (Pieces.MOST - 1));
            }
            AddedToken read = FolderFacts.addedToken(id.intValue(), token);
            if (!read.content().isEmpty()) {
                byContent.putIfAbsent(read.content(), read);
            }
        }
        addFrom(facts, pieces, byContent);
        return List.copyOf(byContent.values());
    }

    /**
     * Adds the tokens that the files beside a vocabulary list.
     *
     * @param pieces the vocabulary by number
     * @param byContent the added tokens that are known already
     */
    static void addFrom(FolderFacts facts, List<String> pieces, Map<String, AddedToken> byContent) {
        for (AddedToken token : facts.addedTokens()) {
            AddedToken known = byContent.get(token.content());
            int id = known == null ? token.id() : known.id();
            byContent.put(
                    token.content(),
                    new AddedToken(
                            id,
                            token.content(),
                            token.special(),
                            token.normalized(),
                            token.lstrip(),
                            token.rstrip(),
                            token.singleWord()));
        }
        List<String> special = facts.special();
        facts.addedNumbers().forEach((content, id) -> {
            if (id >= 0 && id < Pieces.MOST && !content.isEmpty()) {
                byContent.putIfAbsent(
                        content,
                        special.contains(content)
                                ? AddedToken.special(id, content)
                                : AddedToken.userDefined(id, content));
            }
        });
        for (String content : special) {
            int id = pieces.indexOf(content);
            if (id >= 0) {
                byContent.putIfAbsent(content, AddedToken.special(id, content));
            }
        }
    }

    /** How the pieces spell bytes, as the steps of the file that write and read them tell. */
    private Spelling spelling(ObjectNode model) {
        List<String> types = new ArrayList<>();
        for (String part : List.of("decoder", "pre_tokenizer", "normalizer")) {
            json.path(part).findValuesAsText("type", types);
        }
        for (String type : List.of("WordPiece", "BPEDecoder", "CTC")) {
            if (types.contains(type)) {
                throw new CheckpointException(file + ": the decoder \"" + type
                        + "\" is not read; language models have ByteLevel, Metaspace or ByteFallback");
            }
        }
        if (types.contains("ByteLevel")) {
            return Spelling.BYTE_LEVEL;
        }
        boolean spaces = types.contains("Metaspace") || types.contains("Replace") || types.contains("Prepend");
        return spaces || model.path("byte_fallback").asBoolean(false) ? Spelling.SENTENCE_PIECE : Spelling.PLAIN;
    }

    /** Whether the decoder takes one space away at the front. */
    private static boolean spaceInFront(JsonNode decoder) {
        return switch (decoder.path("type").asText()) {
            case "Sequence" -> {
                boolean any = false;
                for (JsonNode step : decoder.path("decoders")) {
                    any |= spaceInFront(step);
                }
                yield any;
            }
            case "Strip" ->
                decoder.path("content").asText().equals(" ")
                        && decoder.path("start").asInt() > 0;
            case "Metaspace" ->
                !decoder.path("prepend_scheme").asText("always").equals("never")
                        && decoder.path("add_prefix_space").asBoolean(true);
            default -> false;
        };
    }

    private Ends ends(Vocabulary vocabulary) {
        String first = firstOfTemplate(json.path("post_processor"));
        OptionalInt bos = facts.token("bos_token", vocabulary::number, vocabulary.size());
        if (bos.isEmpty() && !facts.says("bos_token") && vocabulary.number(first) >= 0) {
            bos = OptionalInt.of(vocabulary.number(first));
        }
        OptionalInt eos = facts.token("eos_token", vocabulary::number, vocabulary.size());
        boolean template = bos.isPresent() && vocabulary.number(first) == bos.getAsInt();
        return new Ends(bos, eos, facts.setting("add_bos_token").orElse(template));
    }

    /** The special token that a post-processor puts in front of every text; empty if it puts none. */
    private static String firstOfTemplate(JsonNode processor) {
        return switch (processor.path("type").asText()) {
            case "Sequence" -> {
                String first = "";
                for (JsonNode step : processor.path("processors")) {
                    String its = firstOfTemplate(step);
                    first = its.isEmpty() ? first : its;
                }
                yield first;
            }
            case "TemplateProcessing" ->
                processor.path("single").path(0).path("SpecialToken").path("id").asText("");
            case "RobertaProcessing", "BertProcessing" ->
                processor.path("cls").path(0).asText("");
            default -> "";
        };
    }
}
