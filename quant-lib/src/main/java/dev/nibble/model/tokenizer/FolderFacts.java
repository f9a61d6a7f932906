package dev.nibble.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;

/**
 * What the small files beside a vocabulary say: tokenizer_config.json, special_tokens_map.json, added_tokens.json, and of
 * the model generation_config.json and config.json. Each of them may be missing.
 */
final class FolderFacts {
    /** The tokens that have a role, as transformers names them. */
    private static final List<String> ROLES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final ObjectNode tokenizer;
    private final ObjectNode specials;
    private final ObjectNode added;
    private final ObjectNode generation;
    private final ObjectNode model;

    /**
     * Reads what there is.
     *
     * @throws dev.nibble.checkpoint.CheckpointException if one of the files is there and is not a JSON object
     */
    FolderFacts(Path folder) {
        tokenizer = readIfThere(folder.resolve("tokenizer_config.json"));
        specials = readIfThere(folder.resolve("special_tokens_map.json"));
        added = readIfThere(folder.resolve("added_tokens.json"));
        generation = readIfThere(folder.resolve("generation_config.json"));
        model = readIfThere(folder.resolve("config.json"));
    }

    /** The class of transformers that reads the vocabulary, without its "Fast"; empty if no file says. */
    String tokenizerClass() {
        String name = tokenizer.path("tokenizer_class").asText("");
        return name.endsWith("Fast") ? name.substring(0, name.length() - 4) : name;
    }

    /** The kind of model, "llama"; empty if no file says. */
    String modelType() {
        return model.path("model_type").asText("");
    }

    /** A setting of tokenizer_config.json, if it is there and is yes or no. */
    Optional<Boolean> setting(String name) {
        JsonNode value = tokenizer.path(name);
        return value.isBoolean() ? Optional.of(value.booleanValue()) : Optional.empty();
    }

    /** Whether a file names the token of a role, or says that there is none. */
    boolean says(String role) {
        return tokenizer.has(role) || specials.has(role);
    }

    /** The spelling of the token of a role ("bos_token"), if a file names it. */
    Optional<String> spelling(String role) {
        for (ObjectNode file : List.of(tokenizer, specials)) {
            if (file.has(role)) {
                return content(file.path(role));
            }
        }
        return Optional.empty();
    }

    /** The number of the token of a role in the model's own files, the first if there are several. */
    OptionalInt id(String role) {
        for (ObjectNode file : List.of(generation, model, object(model.path("text_config")))) {
            JsonNode value = file.path(role + "_id");
            JsonNode first = value.isArray() ? value.path(0) : value;
            if (first.isIntegralNumber() && first.canConvertToInt() && first.intValue() >= 0) {
                return OptionalInt.of(first.intValue());
            }
        }
        return OptionalInt.empty();
    }

    /**
     * The token of a role: as the tokenizer's files say, else as the model's do.
     *
     * @param ids the number of a spelling; negative if it is not in the vocabulary
     * @param size of the vocabulary
     */
    OptionalInt token(String role, ToIntFunction<String> ids, int size) {
        if (says(role)) {
            int id = spelling(role).map(ids::applyAsInt).orElse(-1);
            return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
        }
        OptionalInt id = id(role);
        return id.isPresent() && id.getAsInt() < size ? id : OptionalInt.empty();
    }

    /** The spellings of all tokens that have a role or are listed as special ones. */
    List<String> special() {
        List<String> all = new ArrayList<>();
        ROLES.forEach(role -> spelling(role).ifPresent(all::add));
        for (ObjectNode file : List.of(tokenizer, specials)) {
            for (String list : List.of("additional_special_tokens", "extra_special_tokens")) {
                file.path(list).forEach(token -> content(token).ifPresent(all::add));
            }
        }
        return all.stream().distinct().toList();
    }

    /** Added tokens with their rules, by number, as tokenizer_config.json lists them. */
    List<AddedToken> addedTokens() {
        List<AddedToken> all = new ArrayList<>();
        tokenizer.path("added_tokens_decoder").properties().forEach(entry -> {
            if (entry.getKey().matches("\\d{1,7}")
                    && entry.getValue().path("content").isTextual()) {
                all.add(addedToken(Integer.parseInt(entry.getKey()), entry.getValue()));
            }
        });
        return all;
    }

    /** What added_tokens.json lists: spelling and number. */
    Map<String, Integer> addedNumbers() {
        Map<String, Integer> all = new LinkedHashMap<>();
        added.properties().forEach(entry -> {
            if (entry.getValue().isInt()) {
                all.put(entry.getKey(), entry.getValue().intValue());
            }
        });
        return all;
    }

    /** An added token as tokenizer.json and tokenizer_config.json describe it. */
    static AddedToken addedToken(int id, JsonNode token) {
        boolean special = token.path("special").asBoolean(false);
        return new AddedToken(
                id,
                token.path("content").asText(),
                special,
                token.path("normalized").asBoolean(!special),
                token.path("lstrip").asBoolean(false),
                token.path("rstrip").asBoolean(false),
                token.path("single_word").asBoolean(false));
    }

    private static Optional<String> content(JsonNode token) {
        JsonNode text = token.isObject() ? token.path("content") : token;
        return text.isTextual() && !text.asText().isEmpty() ? Optional.of(text.asText()) : Optional.empty();
    }

    private static ObjectNode readIfThere(Path file) {
        return Files.exists(file) ? Json.read(file) : Json.object();
    }

    private static ObjectNode object(JsonNode node) {
        return node instanceof ObjectNode object ? object : Json.object();
    }
}
