package dev.nibble.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.TestModel;
import dev.nibble.Vectors;
import dev.nibble.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A real vocabulary, against what llama.cpp makes of texts with it. Skipped where the file is missing. */
class SmolLm2TokenizerTest {
    private static final JsonNode FACTS = Vectors.read("smollm2.json").path("tokenizer");
    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        try (Checkpoint model = Checkpoint.open(TestModel.require())) {
            tokenizer = Tokenizers.of(model);
        }
    }

    @Test
    void cutsTextsAsLlamaCppDoes() {
        assertThat(FACTS.path("strings")).hasSize(15);
        for (JsonNode fact : FACTS.path("strings")) {
            String text = fact.path("text").asText();
            List<Integer> ids = numbers(fact.path("ids"));
            JsonNode plain = fact.path("ids_no_parse_special");
            assertThat(Vocabularies.list(tokenizer.encode(text))).as(text).isEqualTo(ids);
            assertThat(Vocabularies.list(tokenizer.encode(text, false)))
                    .as(text)
                    .isEqualTo(plain.isMissingNode() ? ids : numbers(plain));
            assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        }
    }

    @Test
    void knowsItself() {
        assertThat(tokenizer.vocabulary()).isEqualTo(49_152);
        assertThat(tokenizer.bos()).hasValue(1);
        assertThat(tokenizer.eos()).hasValue(2);
        assertThat(tokenizer.addsBos()).isFalse();
        assertThat(tokenizer.describe()).startsWith("byte-level BPE, 49,152 tokens, SmolLM2");
    }

    @Test
    void cutsAWholeBook() throws IOException {
        String file = System.getenv("NIBBLE_WIKITEXT");
        Assumptions.assumeTrue(
                file != null,
                "skipped: set NIBBLE_WIKITEXT to wikitext-2's wiki.test.tokens (the form with <unk>, 1,256,449 bytes)");
        byte[] bytes = Files.readAllBytes(Path.of(file));
        Assumptions.assumeTrue(
                Vectors.sha(bytes).equals("d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0"),
                "skipped: " + file + " is another text");

        int[] ids = tokenizer.encode(new String(bytes, StandardCharsets.UTF_8), false);

        JsonNode fact = FACTS.path("wiki_test");
        assertThat(ids).hasSize(fact.path("n").asInt());
        assertThat(Vocabularies.sha256(ids))
                .isEqualTo(fact.path("sha256_int32le").asText());
    }

    private static List<Integer> numbers(JsonNode array) {
        List<Integer> numbers = new ArrayList<>();
        array.forEach(n -> numbers.add(n.intValue()));
        return numbers;
    }
}
