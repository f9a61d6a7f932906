package dev.nibble.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.core.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TextMetricsTest {
    @Test
    void bleuEqualsSacrebleu() {
        for (JsonNode c : TableModel.VECTORS.get("bleu").get("cases")) {
            List<List<String>> references = new ArrayList<>();
            c.get("references").forEach(r -> references.add(texts(r)));
            var bleu = Bleu.ofMany(texts(c.get("texts")), references);
            assertThat(bleu.score()).as("%s", c).isCloseTo(c.get("score").asDouble(), within(1e-9));
            assertThat(bleu.brevityPenalty()).isCloseTo(c.get("penalty").asDouble(), within(1e-12));
            assertThat(bleu.length()).isEqualTo(c.get("length").asLong());
            assertThat(bleu.referenceLength())
                    .isEqualTo(c.get("referenceLength").asLong());
            for (int n = 0; n < 4; n++) {
                assertThat(bleu.counts().get(n))
                        .isEqualTo(c.get("counts").get(n).asLong());
                assertThat(bleu.totals().get(n))
                        .isEqualTo(c.get("totals").get(n).asLong());
                assertThat(bleu.precisions().get(n))
                        .isCloseTo(c.get("precisions").get(n).asDouble(), within(1e-12));
            }
        }
    }

    @Test
    void wordsAreThoseOfThe13aTokenizer() {
        for (JsonNode pair : TableModel.VECTORS.get("bleu").get("words")) {
            assertThat(Bleu.words(pair.get(0).asText())).isEqualTo(texts(pair.get(1)));
        }
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(t -> texts.add(t.asText()));
        return texts;
    }

    @Test
    void bleuNeedsPairs() {
        assertThatThrownBy(() -> Bleu.of(List.of("a"), List.of("a", "b"))).hasMessageContaining("reference");
        assertThat(Bleu.of(List.of("one two three four"), List.of("one two three four"))
                        .score())
                .isCloseTo(100, within(1e-9));
    }

    @Test
    void exactMatchesAreCounted() {
        List<String> texts = List.of("Paris", "paris!", "Rome", "42");
        List<String> expected = List.of("Paris", "Paris", "Roma", "42");
        assertThat(ExactMatch.of(texts, expected).matches()).isEqualTo(2);
        assertThat(ExactMatch.of(texts, expected, true, false).matches()).isEqualTo(2);
        assertThat(ExactMatch.of(texts, expected, true, true).matches()).isEqualTo(3);
        assertThat(ExactMatch.of(texts, expected).error()).isCloseTo(Math.sqrt(0.25 / 3), within(1e-15));
        assertThatThrownBy(() -> ExactMatch.of(texts, List.of())).hasMessageContaining("pairs");
    }

    @Test
    void twoModelsAreComparedTokenByToken() {
        var tokenizer = new TableModel.Bytes(128, OptionalInt.empty(), false);
        var canary = Canary.of(
                "first",
                (prompt, most, progress) -> prompt.length == 1 ? ints(1, 2, 3, 4) : ints(5, 5, 5, 5, 5, 5, 5, 5),
                "second",
                (prompt, most, progress) -> prompt.length == 1 ? ints(1, 2, 3, 4) : ints(5, 6, 5, 5),
                tokenizer,
                List.of("x", "yz"),
                8,
                Progress.NONE);
        var same = canary.pairs().getFirst();
        assertThat(same.firstDifference()).isEmpty();
        assertThat(same.agreement()).isEqualTo(1);
        assertThat(same.lengthDrift()).isEqualTo(1);
        var other = canary.pairs().getLast();
        assertThat(other.firstDifference()).hasValue(1);
        assertThat(other.agreement()).isEqualTo(3 / 8.0);
        assertThat(other.baseRepetition()).isEqualTo(4 / 5.0);
        assertThat(other.repetition()).isZero();
        assertThat(other.lengthDrift()).isEqualTo(0.5);
        assertThat(canary.same()).isEqualTo(1);
        assertThat(canary.meanTokensBeforeDifference()).isEqualTo(2.5);
        assertThat(canary.agreement()).isEqualTo((1 + 3 / 8.0) / 2);
        assertThat(canary.lengthDrift()).isCloseTo(8 / 12.0, within(1e-15));
        assertThat(canary.toString()).contains("second beside first on 2 prompts: 1 the same");
    }

    @Test
    void aTextThatOnlyEndsEarlierDiffersWhereItEnds() {
        var canary = Canary.of(
                "long",
                (prompt, most, progress) -> ints(1, 2, 3),
                "short",
                (prompt, most, progress) -> ints(1, 2),
                new TableModel.Bytes(128, OptionalInt.empty(), false),
                List.of("x"),
                3,
                Progress.NONE);
        assertThat(canary.pairs().getFirst().firstDifference()).hasValue(2);
        assertThat(canary.pairs().getFirst().agreement()).isCloseTo(2 / 3.0, within(1e-15));
    }

    private static int[] ints(int... values) {
        return values;
    }
}
