package dev.nibble.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.model.tokenizer.Vocabularies.Expected;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tiny vocabularies of every kind, against what the original software makes of odd texts. */
class TokenizersTest {
    @ParameterizedTest
    @CsvSource({
        "byte-level, byte-level",
        "byte-level/separate, byte-level",
        "byte-level/tokenizer.gguf, byte-level",
        "sentencepiece-bpe, sentencepiece-bpe",
        "sentencepiece-bpe/tokenizer.gguf, sentencepiece-bpe",
        "sentencepiece-plain, sentencepiece-plain",
        "sentencepiece-plain/tokenizer.gguf, sentencepiece-plain",
        "unigram, unigram",
        "unigram-published, unigram-published"
    })
    void cutsTextsAsTheOriginalDoes(String name, String expected) {
        Tokenizer tokenizer = Vocabularies.open(name);
        var wrong = new ArrayList<String>();
        for (Expected e : Vocabularies.expected(expected, name.endsWith(".gguf"))) {
            compare(e.text(), true, e.ids(), tokenizer, wrong);
            compare(e.text(), false, e.plain(), tokenizer, wrong);
        }
        assertThat(wrong).isEmpty();
    }

    private static void compare(
            String text, boolean special, List<Integer> expected, Tokenizer tokenizer, List<String> wrong) {
        List<Integer> ours = Vocabularies.list(tokenizer.encode(text, special));
        if (expected != null && !ours.equals(expected)) {
            wrong.add("\"" + text + "\"" + (special ? "" : " as plain text") + ": " + ours + ", expected " + expected);
        }
    }

    /** Every way that GGUF files have a name for, with one vocabulary whose merges cross words, numbers and lines. */
    @Test
    void cutsIntoWordsAsLlamaCppDoesUnderEveryName() {
        JsonNode vocabulary = Vocabularies.json("ways/vocabulary.json");
        JsonNode expected = Vocabularies.json("ways/expected.json");
        var metadata = new HashMap<String, Object>();
        metadata.put("tokenizer.ggml.model", "gpt2");
        metadata.put("tokenizer.ggml.tokens", texts(vocabulary.path("tokens")));
        metadata.put("tokenizer.ggml.merges", texts(vocabulary.path("merges")));
        var wrong = new ArrayList<String>();
        expected.path("hashes").properties().forEach(way -> {
            metadata.put("tokenizer.ggml.pre", way.getKey());
            var tokenizer = new TextTokenizer(GgufVocabulary.read("ways.gguf", metadata));
            for (int i = 0; i < expected.path("texts").size(); i++) {
                String text = expected.path("texts").path(i).asText();
                int[] ids = tokenizer.encode(text, false);
                String hash = way.getValue().path(i).asText();
                if (!hash.isEmpty() && !Vocabularies.hash(ids).equals(hash)) {
                    wrong.add(way.getKey() + ": \"" + text + "\" becomes " + pieces(tokenizer, ids));
                }
            }
        });
        assertThat(wrong).isEmpty();
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static List<String> pieces(Tokenizer tokenizer, int... ids) {
        return IntStream.of(ids)
                .mapToObj(id -> new String(tokenizer.bytes(id), StandardCharsets.UTF_8))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "byte-level",
                "byte-level/separate",
                "byte-level/tokenizer.gguf",
                "sentencepiece-bpe",
                "sentencepiece-bpe/tokenizer.gguf",
                "sentencepiece-plain",
                "sentencepiece-plain/tokenizer.gguf"
            })
    void decodingGivesTheTextBack(String name) {
        Tokenizer tokenizer = Vocabularies.open(name);
        boolean sentencePiece = name.startsWith("sentencepiece");
        for (Expected e : Vocabularies.expected(name.split("/", -1)[0], false)) {
            // SentencePiece does not tell "▁" from a space.
            String back = sentencePiece ? e.text().replace('▁', ' ') : e.text();
            int[] ids = tokenizer.encode(e.text(), false);
            assertThat(tokenizer.decode(ids)).isEqualTo(back);
            var text = new TokenText(tokenizer);
            var told = new StringBuilder();
            for (int id : ids) {
                told.append(text.add(id));
            }
            told.append(text.end());
            String inFront = name.startsWith("sentencepiece-bpe") && ids.length > 0 ? " " : "";
            assertThat(told.toString()).isEqualTo(text.toString()).isEqualTo(inFront + back);
        }
    }

    @Test
    void theSameVocabularyHasOneIdentityWhateverFileItIsIn() {
        assertThat(List.of(
                        Vocabularies.open("byte-level/separate").identity(),
                        Vocabularies.open("byte-level/tokenizer.gguf").identity()))
                .containsOnly(Vocabularies.open("byte-level").identity());
        assertThat(Vocabularies.open("sentencepiece-bpe/tokenizer.gguf").identity())
                .isEqualTo(Vocabularies.open("sentencepiece-bpe").identity());
        assertThat(List.of(
                        Vocabularies.open("byte-level").identity(),
                        Vocabularies.open("sentencepiece-bpe").identity(),
                        Vocabularies.open("sentencepiece-plain").identity(),
                        Vocabularies.open("unigram").identity(),
                        Vocabularies.open("unigram-published").identity()))
                .doesNotHaveDuplicates();
    }

    @Test
    void theEndsOfATextAreKnownFromWhatTheFilesSay() {
        for (String name : List.of("byte-level", "byte-level/separate", "byte-level/tokenizer.gguf")) {
            Tokenizer tokenizer = Vocabularies.open(name);
            assertThat(tokenizer.bos()).hasValue(tokenizer.encode("<|im_start|>")[0]);
            assertThat(tokenizer.eos()).hasValue(tokenizer.encode("<|im_end|>")[0]);
            assertThat(tokenizer.addsBos()).as(name).isTrue();
            assertThat(tokenizer.encode("a")).as("none is added by itself").hasSize(1);
        }
        for (String name : List.of("sentencepiece-bpe", "sentencepiece-bpe/tokenizer.gguf")) {
            Tokenizer tokenizer = Vocabularies.open(name);
            assertThat(tokenizer.bos()).isEqualTo(OptionalInt.of(1));
            assertThat(tokenizer.eos()).isEqualTo(OptionalInt.of(2));
            assertThat(tokenizer.addsBos()).isTrue();
        }
        Tokenizer unigram = Vocabularies.open("unigram");
        assertThat(unigram.encode("<s>a</s>")).startsWith(1).endsWith(2);
        assertThat(unigram.decode(unigram.encode("<s>"))).isEqualTo("<s>");
        Tokenizer published = Vocabularies.open("unigram-published");
        assertThat(published.bos()).isEmpty();
        assertThat(published.addsBos()).isFalse();
    }

    @Test
    void saysWhatItIs() {
        Tokenizer tokenizer = Vocabularies.open("byte-level");
        int size = Vocabularies.json("byte-level/tokenizer.json")
                        .at("/model/vocab")
                        .size()
                + 1; // and <tool>
        assertThat(tokenizer.vocabulary()).isEqualTo(size);
        assertThat(tokenizer.describe()).isEqualTo("byte-level BPE, " + size + " tokens, tokenizer.json");
        assertThat(Vocabularies.open("sentencepiece-bpe").describe())
                .startsWith("SentencePiece BPE, ")
                .endsWith(", tokenizer.model");
        assertThat(Vocabularies.open("unigram").describe()).startsWith("SentencePiece Unigram, ");
    }

    @Test
    void whatIsInNoVocabularyAndHalfACharacterAreRefused() {
        Tokenizer tokenizer = Vocabularies.open("byte-level");
        assertThatThrownBy(() -> tokenizer.decode(1, tokenizer.vocabulary()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not in the vocabulary");
        assertThatThrownBy(() -> tokenizer.bytes(-1)).isInstanceOf(IllegalArgumentException.class);
        for (String half : List.of("a\ud83d", "\ude00a", "\ud83d\ud83d\ude00")) {
            assertThatThrownBy(() -> tokenizer.encode(half))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("unpaired surrogate");
        }
    }

    @Test
    void aCharacterInSeveralTokensIsToldWhenItIsWhole() {
        Tokenizer tokenizer = Vocabularies.open("sentencepiece-bpe");
        int[] ids = tokenizer.encode("🜁", false); // a space, and four bytes
        assertThat(ids).hasSize(5);
        var text = new TokenText(tokenizer);
        assertThat(IntStream.of(ids).mapToObj(text::add)).containsExactly(" ", "", "", "", "🜁");
        text.add(ids[1]);
        text.add(ids[2]);
        assertThat(text.end()).isEqualTo("\ufffd");
        assertThat(text.add(ids[0])).isEqualTo(" ");
        assertThat(tokenizer.decode(ids[1], ids[2])).isEqualTo("\ufffd");
    }

    @Test
    void addedTokensKeepTheNumbersOfTheFile() {
        // The original numbers added tokens by itself, from the end of the vocabulary on; here the file says otherwise.
        Vocabulary before = TokenizerJson.read(
                Vocabularies.path("byte-level/tokenizer.json"), new FolderFacts(Vocabularies.path("byte-level")));
        int last = before.pieces().size();
        List<AddedToken> added = new ArrayList<>(before.added());
        added.add(AddedToken.special(last + 7, "<|far|>"));
        added.add(AddedToken.userDefined(last + 3, "<near>"));
        var tokenizer = new TextTokenizer(new Vocabulary(
                before.origin(),
                null,
                null,
                before.preTokenizer(),
                before.model(),
                before.pieces(),
                added,
                before.spelling(),
                false,
                before.ends()));

        assertThat(tokenizer.encode("<near><|far|>")).containsExactly(last + 3, last + 7);
        assertThat(tokenizer.encode("<near>", false)).containsExactly(last + 3);
        assertThat(tokenizer.encode("<|far|>", false)).doesNotContain(last + 7).hasSizeGreaterThan(1);
        assertThat(tokenizer.decode(last + 3, last + 7)).isEqualTo("<near><|far|>");
        assertThat(tokenizer.vocabulary()).isEqualTo(last + 8);
        assertThatThrownBy(() -> tokenizer.bytes(last + 4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMegabyteIsCutInFull() {
        Tokenizer tokenizer = Vocabularies.open("byte-level");
        String part = Vocabularies.expected("byte-level", false).stream()
                .map(Expected::text)
                .reduce("", (a, b) -> a + "\n" + b);
        String text = part.repeat(1 + (1 << 20) / part.length());

        int[] ids = tokenizer.encode(text);

        assertThat(ids).hasSizeGreaterThan(200_000);
        assertThat(tokenizer.decode(ids)).isEqualTo(text);
    }

    @Test
    void aVocabularyThatIsNotKnownIsRefusedWithWhatIs() {
        assertThatThrownBy(() -> GgufVocabulary.read("m.gguf", Map.of()))
                .hasMessageContaining("m.gguf has no tokenizer");
        assertThatThrownBy(() -> GgufVocabulary.read("m.gguf", Map.of("tokenizer.ggml.model", "rwkv")))
                .hasMessageContaining("\"rwkv\" is not read; known are gpt2")
                .hasMessageContaining("llama");
        Map<String, Object> odd = Map.of(
                "tokenizer.ggml.model", "gpt2", "tokenizer.ggml.pre", "odd", "tokenizer.ggml.tokens", List.of("a"));
        assertThatThrownBy(() -> GgufVocabulary.read("m.gguf", odd))
                .hasMessageContaining("\"odd\"")
                .hasMessageContaining("smollm, ")
                .hasMessageContaining("qwen2, ");
        assertThatThrownBy(() -> GgufVocabulary.read(
                        "m.gguf", Map.of("tokenizer.ggml.model", "llama", "tokenizer.ggml.tokens", List.of("a", "b"))))
                .hasMessageContaining("tokenizer.ggml.scores");
    }
}
