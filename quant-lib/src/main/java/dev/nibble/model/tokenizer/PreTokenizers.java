package dev.nibble.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How texts are cut into words before byte-level BPE, under the names that GGUF files give the ways
 * ({@code tokenizer.ggml.pre}). Names and expressions: llama.cpp, src/llama-vocab.cpp; where a model's own tokenizer.json
 * has another expression than llama.cpp, which has to write some differently, it is the model's.
 */
final class PreTokenizers {
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";

    private static final String GPT_2 =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    private static final String LLAMA_3 = CONTRACTIONS
            + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String QWEN_2 = CONTRACTIONS
            + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String QWEN_3_5 = CONTRACTIONS
            + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*"
            + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String SEED_CODER = CONTRACTIONS
            + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String BAILING = "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";

    /** A word whose capitals come first: the two halves of the expressions of GPT-4o and of Tekken. */
    private static final String CAPITALIZED =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+";

    private static final String CAPITALS =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*";
    private static final String AFTER_WORDS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String TEKKEN = CAPITALIZED + "|" + CAPITALS + "|\\p{N}" + AFTER_WORDS;
    private static final String GPT_4O =
            CAPITALIZED + CONTRACTIONS + "?|" + CAPITALS + CONTRACTIONS + "?|\\p{N}{1,3}" + AFTER_WORDS;

    private static final String HAN_AND_HANGUL = "[\\x{4E00}-\\x{9FA5}\\x{800}-\\x{4E00}\\x{AC00}-\\x{D7FF}]+";
    private static final String HAN_AND_KANA = "[\\x{4E00}-\\x{9FA5}\\x{3040}-\\x{309F}\\x{30A0}-\\x{30FF}]+";
    private static final String DEEPSEEK_V3 = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
            + "|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+";
    /** Letters with an upper and a lower case, as the tokenizer of DeepSeek LLM lists them. */
    private static final String CASED =
            "\\s?[A-Za-z\\x{B5}\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{1BA}\\x{1BC}-\\x{1BF}\\x{1C4}-"
                    + "\\x{293}\\x{295}-\\x{2AF}\\x{370}-\\x{373}\\x{376}\\x{377}\\x{37B}-\\x{37D}\\x{37F}\\x{386}"
                    + "\\x{388}-\\x{38A}\\x{38C}\\x{38E}-\\x{3A1}\\x{3A3}-\\x{3F5}\\x{3F7}-\\x{481}\\x{48A}-\\x{52F}"
                    + "\\x{531}-\\x{556}\\x{10A0}-\\x{10C5}\\x{13A0}-\\x{13F5}\\x{13F8}-\\x{13FD}\\x{1C90}-\\x{1CBA}"
                    + "\\x{1CBD}-\\x{1CBF}\\x{1D00}-\\x{1D2B}\\x{1D6B}-\\x{1D77}\\x{1D79}-\\x{1D9A}\\x{1E00}-\\x{1F15}"
                    + "\\x{1F18}-\\x{1F1D}\\x{1F20}-\\x{1F45}\\x{1F48}-\\x{1F4D}\\x{1F50}-\\x{1F57}\\x{1F59}\\x{1F5B}"
                    + "\\x{1F5D}\\x{1F5F}-\\x{1F7D}\\x{1F80}-\\x{1FB4}\\x{1FB6}-\\x{1FBC}\\x{1FBE}\\x{1FC2}-\\x{1FC4}"
                    + "\\x{1FC6}-\\x{1FCC}\\x{1FD0}-\\x{1FD3}\\x{1FD6}-\\x{1FDB}\\x{1FE0}-\\x{1FEC}\\x{1FF2}-\\x{1FF4}"
                    + "\\x{1FF6}-\\x{1FFC}\\x{2102}\\x{2107}\\x{210A}-\\x{2113}\\x{2115}\\x{2119}-\\x{211D}\\x{2124}"
                    + "\\x{2126}\\x{2128}\\x{212A}-\\x{212D}\\x{212F}-\\x{2134}\\x{2139}\\x{213C}-\\x{213F}\\x{2145}-"
                    + "\\x{2149}\\x{214E}\\x{2183}\\x{2184}\\x{2C00}-\\x{2C7B}\\x{2C7E}-\\x{2CE4}\\x{2CEB}-\\x{2CEE}"
                    + "\\x{2CF2}\\x{2CF3}\\x{A640}-\\x{A66D}\\x{A680}-\\x{A69B}\\x{A722}-\\x{A76F}\\x{A771}-\\x{A787}"
                    + "\\x{A78B}-\\x{A78E}\\x{AB70}-\\x{ABBF}\\x{FB00}-\\x{FB06}\\x{FB13}-\\x{FB17}\\x{FF21}-\\x{FF3A}"
                    + "\\x{FF41}-\\x{FF5A}\\x{10400}-\\x{1044F}\\x{104B0}-\\x{104D3}\\x{104D8}-\\x{104FB}\\x{10C80}-"
                    + "\\x{10CB2}\\x{10CC0}-\\x{10CF2}\\x{118A0}-\\x{118DF}\\x{1E900}-\\x{1E943}]+";

    private static final String BLOOM = " ?[^(\\s|.,!?\\x{2026}\\x{3002}\\x{FF0C}\\x{3001}\\x{964}\\x{6D4}\\x{60C})]+";

    private static final Map<String, Rules> BY_NAME = new LinkedHashMap<>();

    static {
        enter(
                new Rules(words(GPT_2)),
                "gpt-2",
                "phi-2",
                "mpt",
                "olmo",
                "jais",
                "trillion",
                "granite-docling",
                "exaone4");
        enter(new Rules(words(GPT_2)), "gigachat", "a.x-4.0", "mellum", "modern-bert", "roberta-bpe", "jina-v1-en");
        enter(new Rules(words(GPT_2)), "jina-v2-code", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de");
        enter(new Rules(words("\\p{N}", GPT_2)), "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone");
        enter(new Rules(words("\\p{N}", GPT_2)), "minerva-7b", "mellum2");
        enter(new Rules(words(LLAMA_3)).wholeWords().startsWithBos(), "llama-bpe", "llama3", "llama-v3", "falcon3");
        enter(new Rules(words(LLAMA_3)).wholeWords().startsWithBos(), "falcon-h1", "pixtral", "midm-2.0", "lfm2");
        enter(new Rules(words(LLAMA_3)).wholeWords(), "glm4", "glm5");
        enter(new Rules(words(LLAMA_3)), "dbrx", "smaug-bpe", "chatglm-bpe");
        enter(new Rules(words(QWEN_2)).composes(), "qwen2", "deepseek-r1-qwen");
        enter(new Rules(words(QWEN_2)), "stablelm2", "hunyuan", "solar-open", "megrez", "grok-2", "kormo", "f2llmv2");
        enter(new Rules(words(QWEN_3_5)).composes(), "qwen35");
        enter(new Rules(words(SEED_CODER)), "seed-coder");
        enter(new Rules(words(BAILING)), "bailingmoe", "bailingmoe2", "llada-moe");
        enter(new Rules(words(TEKKEN)).wholeWords().startsWithBos(), "tekken");
        enter(new Rules(words(GPT_4O)), "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2");
        enter(
                new Rules(words(
                        "[\r\n]",
                        CASED,
                        "\\s?[!-/:-~\\x{FF01}-\\x{FF0F}\\x{FF1A}-\\x{FF5E}\\x{2018}-\\x{201F}\\x{3000}-\\x{3002}]+",
                        "\\s+$",
                        HAN_AND_HANGUL,
                        "\\p{N}+")),
                "deepseek-llm");
        enter(new Rules(words("[\r\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", HAN_AND_HANGUL, "\\p{N}")), "deepseek-coder");
        enter(new Rules(words("\\p{N}{1,3}", HAN_AND_KANA, DEEPSEEK_V3)), "deepseek-v3", "hunyuan-dense", "joyai-llm");
        enter(new Rules(words("[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT_2, "[0-9][0-9][0-9]")), "falcon");
        enter(new Rules(words(BLOOM)), "bloom", "poro-chat", "gpt3-finnish");
        enter(new Rules(words(BLOOM, "\\p{N}")), "viking");
        enter(new Rules(words("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT_2, "\\p{N}+", "[0-9][0-9][0-9]")), "default");
    }

    /** A byte-level pre-tokenizer as GPT-2 has it: its words, then every byte as a character. */
    static JsonNode gpt2(boolean spaceInFront) {
        return byteLevel(spaceInFront, true);
    }

    /** Qwen 2's. */
    static JsonNode qwen2(boolean spaceInFront) {
        return sequence(split(QWEN_2), byteLevel(spaceInFront, false));
    }

    /**
     * What a name of a GGUF file stands for.
     *
     * @param cut what cuts texts, as in tokenizer.json
     * @param wholeWordsFirst whether a word that is in the vocabulary is one token, whatever the merges say
     * @param bos whether models of that kind expect their first token, where the file does not say
     * @param nfc whether the text is composed first (Unicode normalization form C)
     */
    record Rules(JsonNode cut, boolean wholeWordsFirst, boolean bos, boolean nfc) {
        Rules(JsonNode cut) {
            this(cut, false, false, false);
        }

        private Rules wholeWords() {
            return new Rules(cut, true, bos, nfc);
        }

        private Rules startsWithBos() {
            return new Rules(cut, wholeWordsFirst, true, nfc);
        }

        private Rules composes() {
            return new Rules(cut, wholeWordsFirst, bos, true);
        }
    }

    private PreTokenizers() {}

    /** The way of that name. */
    static Optional<Rules> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** Every name that is known. */
    static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    private static void enter(Rules rules, String... names) {
        for (String name : names) {
            BY_NAME.put(name, rules);
        }
    }

    /** Expressions one after the other, each on what those before it left, then every byte as a character. */
    private static JsonNode words(String... expressions) {
        List<ObjectNode> steps = new ArrayList<>();
        for (String expression : expressions) {
            steps.add(expression.equals("\\p{N}") ? digits() : split(expression));
        }
        boolean gpt2Last = expressions[expressions.length - 1].equals(GPT_2);
        if (gpt2Last) {
            steps.removeLast(); // the step that spells bytes has this expression inside
        }
        steps.add(byteLevel(false, gpt2Last));
        return sequence(steps.toArray(ObjectNode[]::new));
    }

    private static JsonNode sequence(ObjectNode... steps) {
        if (steps.length == 1) {
            return steps[0];
        }
        ObjectNode sequence = JsonNodeFactory.instance.objectNode().put("type", "Sequence");
        var list = sequence.putArray("pretokenizers");
        for (ObjectNode step : steps) {
            list.add(step);
        }
        return sequence;
    }

    private static ObjectNode split(String expression) {
        ObjectNode split = JsonNodeFactory.instance.objectNode().put("type", "Split");
        split.putObject("pattern").put("Regex", expression);
        return split.put("behavior", "Isolated").put("invert", false);
    }

    private static ObjectNode digits() {
        return JsonNodeFactory.instance.objectNode().put("type", "Digits").put("individual_digits", true);
    }

    private static ObjectNode byteLevel(boolean spaceInFront, boolean words) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", spaceInFront)
                .put("trim_offsets", true)
                .put("use_regex", words);
    }
}
