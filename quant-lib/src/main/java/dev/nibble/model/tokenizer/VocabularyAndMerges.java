package dev.nibble.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.checkpoint.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Reads vocab.json and merges.txt, the form of byte-level BPE that GPT-2 came in. How texts are cut into words is not in
 * the files; the class that tokenizer_config.json names tells, else the kind of model, else it is GPT-2's way.
 */
final class VocabularyAndMerges {
    private static final String END = "<|endoftext|>";
    /** Classes of transformers, and kinds of models, that cut as GPT-2 does. */
    private static final List<String> AS_GPT_2 = List.of(
            "",
            "GPT2Tokenizer",
            "GPTNeoXTokenizer",
            "CodeGenTokenizer",
            "RobertaTokenizer",
            "BartTokenizer",
            "OPTTokenizer",
            "gpt2",
            "opt",
            "gpt_neo",
            "gpt_neox",
            "gptj",
            "codegen",
            "phi");

    private static final List<String> AS_QWEN_2 = List.of("Qwen2Tokenizer", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe");

    private VocabularyAndMerges() {}

    /**
     * Reads the two files.
     *
     * @param facts what the files beside them say
     * @throws CheckpointException if one can not be read or is damaged, or if it is not known how its class cuts texts
     */
    static Vocabulary read(Path vocab, Path merges, FolderFacts facts) {
        ObjectNode numbers = Json.read(vocab);
        List<String> pieces = TokenizerJson.byNumber(vocab.toString(), numbers);
        ObjectNode model = bpe(numbers, merges(merges));
        Map<String, AddedToken> added = new LinkedHashMap<>();
        TokenizerJson.addFrom(facts, pieces, added);
        boolean qwen = isQwen(vocab, facts);
        if (!facts.says("eos_token") && pieces.contains(END)) {
            added.putIfAbsent(END, AddedToken.special(pieces.indexOf(END), END));
        }
        markEnds(facts, pieces, added);
        boolean space = facts.setting("add_prefix_space").orElse(false);
        var vocabulary = new Vocabulary(
                vocab.toString(),
                null,
                qwen ? Json.object().put("type", "NFC") : null,
                qwen ? PreTokenizers.qwen2(space) : PreTokenizers.gpt2(space),
                model,
                pieces,
                List.copyOf(added.values()),
                Spelling.BYTE_LEVEL,
                false,
                new Ends(OptionalInt.empty(), OptionalInt.empty(), false));
        return vocabulary.with(ends(vocabulary, qwen, facts));
    }

    private static boolean isQwen(Path vocab, FolderFacts facts) {
        String kind = facts.tokenizerClass().isEmpty() || facts.tokenizerClass().equals("PreTrainedTokenizer")
                ? facts.modelType()
                : facts.tokenizerClass();
        if (AS_QWEN_2.contains(kind)) {
            return true;
        }
        if (AS_GPT_2.contains(kind)) {
            return false;
        }
        throw new CheckpointException(vocab + ": how \"" + kind + "\" cuts texts into words is not known; known are "
                + String.join(", ", AS_GPT_2.subList(1, AS_GPT_2.size())) + ", " + String.join(", ", AS_QWEN_2)
                + ". Save the tokenizer as tokenizer.json: AutoTokenizer.from_pretrained(...).save_pretrained(...)");
    }

    /** Tokens that only the model's own files name, by number, are special too. */
    private static void markEnds(FolderFacts facts, List<String> pieces, Map<String, AddedToken> added) {
        for (String role : List.of("bos_token", "eos_token")) {
            OptionalInt id = facts.says(role) ? OptionalInt.empty() : facts.id(role);
            if (id.isPresent() && id.getAsInt() < pieces.size() && pieces.get(id.getAsInt()) != null) {
                String content = pieces.get(id.getAsInt());
                added.putIfAbsent(content, AddedToken.special(id.getAsInt(), content));
            }
        }
    }

    private static Ends ends(Vocabulary vocabulary, boolean qwen, FolderFacts facts) {
        OptionalInt end = vocabulary.number(END) < 0 ? OptionalInt.empty() : OptionalInt.of(vocabulary.number(END));
        OptionalInt bos = facts.token("bos_token", vocabulary::number, vocabulary.size());
        OptionalInt eos = facts.token("eos_token", vocabulary::number, vocabulary.size());
        return new Ends(
                bos.isEmpty() && !facts.says("bos_token") && !qwen ? end : bos,
                eos.isEmpty() && !facts.says("eos_token") ? end : eos,
                facts.setting("add_bos_token").orElse(false));
    }

    /** A BPE model as in tokenizer.json. */
    static ObjectNode bpe(JsonNode numbers, ArrayNode merges) {
        ObjectNode model = Json.object().put("type", "BPE");
        model.set("vocab", numbers);
        model.set("merges", merges);
        return model;
    }

    /** Two pieces that become one, as in tokenizer.json. */
    static void merge(ArrayNode merges, String left, String right) {
        merges.addArray().add(left).add(right);
    }

    private static ArrayNode merges(Path file) {
        ArrayNode merges = Json.object().putArray("merges");
        String text = new String(Json.bytes(file), StandardCharsets.UTF_8);
        int line = 0;
        for (String rule : (Iterable<String>) text.lines()::iterator) {
            line++;
            if (rule.isEmpty() || rule.startsWith("#version")) {
                continue;
            }
            int space = rule.indexOf(' ', 1);
            if (space < 0 || space == rule.length() - 1 || rule.indexOf(' ', space + 1) >= 0) {
                throw new CheckpointException(
                        file + ", line " + line + ": expected two pieces with one space between them");
            }
            merge(merges, rule.substring(0, space), rule.substring(space + 1));
        }
        return merges;
    }
}
