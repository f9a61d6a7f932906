package dev.nibble.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.core.Progress;
import dev.nibble.metric.Accuracy.Measure;
import dev.nibble.model.LogitsSource;
import dev.nibble.model.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccuracyTest {
    private static final Question SKY = new Question("Which is it?", List.of("ab", "abcdefgh", "öö"), 1, "letters", "");

    /** Loses one nat at every byte behind the prompt, and half of one at bytes of two-byte characters. */
    private static final class Counting implements LogitsSource {
        private final Tokenizer tokenizer;
        private final List<String> seen = new ArrayList<>();

        Counting(boolean addsBos) {
            tokenizer = new TableModel.Bytes(256, addsBos ? OptionalInt.of(0) : OptionalInt.empty(), addsBos);
        }

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public Tokenizer tokenizer() {
            return tokenizer;
        }

        @Override
        public int vocabulary() {
            return 256;
        }

        @Override
        public int contextLength() {
            return 400;
        }

        @Override
        public void logits(List<Window> windows, Progress progress, LogitsSink sink) {
            for (int w = 0; w < windows.size(); w++) {
                Window window = windows.get(w);
                byte[] bytes = new byte[window.length()];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) window.token(i);
                }
                seen.add(new String(bytes, StandardCharsets.UTF_8) + "|" + (window.length() - window.from()));
                for (int at = window.from(); at < window.length(); at++) {
                    sink.accept(w, at, 1, row(), 0);
                }
            }
        }

        /** Bytes below 128 have probability e^-1 together with nothing else, others e^-0.5 … up to one constant. */
        private static float[] row() {
            float[] logits = new float[256];
            for (int i = 128; i < 256; i++) {
                logits[i] = 2;
            }
            return logits;
        }
    }

    @Test
    void aChoiceIsTheSumOfItsTokensBehindThePrompt() {
        var model = new Counting(false);
        var accuracy = Accuracy.of(model, new Questions("one", List.of(SKY)), Prompts.CLOZE, Progress.NONE);
        assertThat(model.seen)
                .containsExactly(
                        "Question: Which is it?\nAnswer: a|3",
                        "Question: Which is it?\nAnswer: abcdefg|9",
                        "Question: Which is it?\nAnswer: ö\ufffd|5");
        double low = -Math.log(128 + 128 * Math.exp(2)); // of an ASCII byte
        double high = low + 2;
        var sums = accuracy.answers().getFirst().logLikelihoods();
        assertThat(sums.get(0)).isCloseTo(3 * low, within(1e-12));
        assertThat(sums.get(1)).isCloseTo(9 * low, within(1e-12));
        assertThat(sums.get(2)).isCloseTo(low + 4 * high, within(1e-12));
        // by sums: 3 low, 9 low, low + 4 high; by characters over 2, 8, 2; by bytes over 2, 8, 4
        assertThat(accuracy.answers().getFirst().choice(Measure.ACC)).isZero();
        assertThat(accuracy.answers().getFirst().choice(Measure.ACC_NORM)).isEqualTo(1);
        assertThat(accuracy.answers().getFirst().choice(Measure.ACC_BYTES)).isEqualTo(2);
        assertThat(accuracy.all().acc()).isZero();
        assertThat(accuracy.all().accNorm()).isEqualTo(1);
        assertThat(accuracy.all().error(Measure.ACC)).isNaN();
        assertThat(accuracy.subjects()).isEmpty();
    }

    @Test
    void blanksAtTheEndOfAPromptGoToTheChoiceAndBosStandsInFront() {
        var model = new Counting(true);
        var question = new Question("ends in blanks \u00a0", List.of("x", "yz"), 0, "", "");
        var style = new Prompts(Prompts.Style.CONTINUATION, 0, 1);
        Accuracy.of(model, new Questions("one", List.of(question)), style, Progress.NONE);
        assertThat(model.seen).containsExactly("\0ends in blanks \u00a0 |5", "\0ends in blanks \u00a0 y|6");
    }

    @Test
    void questionsAreAskedInThreeForms() {
        var question = new Question("Why?", List.of("so", "no"), 1, "s", "It is so.");
        assertThat(Prompts.CLOZE.prompt(question) + Prompts.CLOZE.continuation(question, 1))
                .isEqualTo("It is so.\nQuestion: Why?\nAnswer: no");
        var letters = new Prompts(Prompts.Style.LETTERS, 0, 1);
        assertThat(letters.prompt(question) + letters.continuation(question, 1))
                .isEqualTo("It is so.\nWhy?\nA. so\nB. no\nAnswer: B");
        var on = new Prompts(Prompts.Style.CONTINUATION, 0, 1);
        assertThat(on.prompt(question) + on.continuation(question, 0)).isEqualTo("It is so. Why? so");
    }

    @Test
    void questionsInFrontAreAnsweredOthersChosenByTheSeed() {
        List<Question> all = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            all.add(new Question("q" + i, List.of("a" + i, "b" + i), i % 2, "", ""));
        }
        var questions = new Questions("nine", all);
        var prompts = new Prompts(Prompts.Style.CLOZE, 8, 3);
        for (int i = 0; i < 9; i++) {
            String text = prompts.text(questions, i, questions);
            assertThat(text)
                    .endsWith("\n\nQuestion: q" + i + "\nAnswer:")
                    .isEqualTo(prompts.text(questions, i, questions));
            for (int j = 0; j < 9; j++) {
                assertThat(text.split("q" + j, -1)).hasSize(2);
                if (i != j) {
                    assertThat(text).contains("q" + j + "\nAnswer: " + (j % 2 == 0 ? "a" : "b") + j + "\n\n");
                }
            }
        }
        assertThat(new Prompts(Prompts.Style.CLOZE, 8, 4).text(questions, 0, questions))
                .isNotEqualTo(prompts.text(questions, 0, questions));
        assertThatThrownBy(() -> new Prompts(Prompts.Style.CLOZE, 9, 3).text(questions, 0, questions))
                .hasMessageContaining("only 8 others");
    }

    @Test
    void subjectsAreCountedApartAndFlipsInBothDirections() {
        List<Question> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(new Question("q" + i, List.of("a", "b", "c"), i % 3, i < 4 ? "one" : "two", ""));
        }
        var before = answered("before", all, 0, 1, 0, 2, 1, 0);
        var after = answered("after", all, 0, 0, 2, 0, 1, 1);
        assertThat(before.all().acc()).isEqualTo(3 / 6.0);
        assertThat(before.all().error(Measure.ACC)).isCloseTo(Math.sqrt(0.25 / 5), within(1e-15));
        assertThat(before.subjects().get("one").acc()).isEqualTo(2 / 4.0);
        assertThat(before.subjects().get("two").acc()).isEqualTo(1 / 2.0);
        // right answers 0 1 2 0 1 2: lost q1, gained q2 and q3, moved q5
        var flips = Flips.of(before, after, Measure.ACC);
        assertThat(List.of(flips.lost(), flips.gained(), flips.moved())).containsExactly(1, 2, 1);
        assertThat(flips.share()).isEqualTo(0.5);
        assertThat(flips.changed()).isEqualTo(4 / 6.0);
        assertThat(flips.test().p()).isEqualTo(1);
        assertThatThrownBy(() -> Flips.of(before, answered("less", all.subList(0, 5), 0, 0, 0, 0, 0), Measure.ACC))
                .hasMessageContaining("same questions");
    }

    private static Accuracy answered(String model, List<Question> questions, int... choices) {
        List<Accuracy.Answer> answers = new ArrayList<>();
        for (int i = 0; i < choices.length; i++) {
            List<Double> sums = new ArrayList<>(List.of(-5.0, -5.0, -5.0));
            sums.set(choices[i], -1.0);
            answers.add(new Accuracy.Answer(questions.get(i), sums));
        }
        return Accuracy.of(model, new Questions("six", questions), Prompts.CLOZE, answers);
    }

    @Test
    void mcNemarsTestEqualsStatsmodels() {
        for (JsonNode c : TableModel.VECTORS.get("mcnemar").get("cases")) {
            int lost = c.get("lost").asInt();
            int gained = c.get("gained").asInt();
            if (lost + gained < 1000) {
                assertThat(McNemar.exact(lost, gained).p())
                        .isCloseTo(c.get("exact").asDouble(), withinPercentage(1e-9));
            }
            if (lost + gained > 0) {
                var chi = McNemar.approximate(lost, gained);
                assertThat(chi.statistic()).isCloseTo(c.get("statistic").asDouble(), within(1e-12));
                assertThat(chi.p()).isCloseTo(c.get("chi").asDouble(), withinPercentage(1e-9));
            }
            assertThat(McNemar.of(lost, gained).exact()).isEqualTo(lost + gained < 25);
        }
        for (JsonNode c : TableModel.VECTORS.get("mcnemar").get("chiSquared")) {
            assertThat(McNemar.chiSquaredAbove(c.get(0).asDouble()))
                    .isCloseTo(c.get(1).asDouble(), withinPercentage(1e-10));
        }
    }

    @Test
    void aFileOfQuestionsIsReadInAllItsForms(@org.junit.jupiter.api.io.TempDir Path folder) throws Exception {
        Path file = folder.resolve("q.jsonl");
        Files.writeString(
                file,
                "\ufeff{\"question\": \"1?\", \"choices\": [\"x\", \"y\"], \"answer\": 1, \"id\": 7}\r\n\n"
                        + "{\"question\": \"2?\", \"choices\": [\"x\", \"y\"], \"answer\": \"B\", \"subject\": \"s\"}\n"
                        + "{\"question\": \"3?\", \"choices\": [\"x\", \"y\"], \"answer\": \"y\", \"context\": \"c\"}");
        var questions = Questions.read(file);
        assertThat(questions.all()).extracting(Question::answer).containsExactly(1, 1, 1);
        assertThat(questions.all().get(1).subject()).isEqualTo("s");
        assertThat(questions.all().get(2).context()).isEqualTo("c");
        assertThat(questions.first(2).all()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"question\": \"a\", \"choices\": [\"x\", \"y\"]} | \"answer\" is missing",
                "{\"question\": \"a\", \"choices\": [\"x\", \"y\"], \"answer\": 2} | 0 to 1",
                "{\"question\": \"a\", \"choices\": [\"x\", \"y\"], \"answer\": -1} | 0 to 1",
                "{\"question\": \"a\", \"choices\": [\"x\", \"y\"], \"answer\": \"z\"} | none of the choices",
                "{\"question\": \"a\", \"choices\": [\"B\", \"A\"], \"answer\": \"A\"} | by its letter",
                "{\"question\": \"a\", \"choices\": [\"x\"], \"answer\": 0} | 1 choices",
                "{\"question\": \"a\", \"choices\": [\"x\", \"x\"], \"answer\": 0} | twice",
                "{\"question\": \"a\", \"choices\": [\"x\", 3], \"answer\": 0} | a number",
                "{\"question\": \" \", \"choices\": [\"x\", \"y\"], \"answer\": 0} | empty",
                "{\"question\": \"a\", \"question\": \"b\"} | no JSON object",
                "{\"question\": \"\\ud800\", \"choices\": [\"x\", \"y\"], \"answer\": 0} | surrogate",
                "[1] | expected an object",
                "{} {} | no JSON object",
                "{ | no JSON object",
            })
    void aBadLineIsNamed(String line, String what) {
        String good = "{\"question\": \"g\", \"choices\": [\"x\", \"y\"], \"answer\": 0}\n";
        assertThatThrownBy(() -> Questions.parse("set", (good + line + "\n").getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("set, line 2: ")
                .hasMessageContaining(what.strip());
    }

    @Test
    void emptyAndRepeatedSetsAreRefused() {
        assertThatThrownBy(() -> Questions.parse("set", new byte[] {'\n'})).hasMessageContaining("no questions");
        assertThatThrownBy(() -> Questions.parse("set", new byte[] {(byte) 0xc3, 'x'}))
                .hasMessageContaining("line 1: is not UTF-8");
        assertThatThrownBy(() -> new Questions("set", List.of(SKY, SKY))).hasMessageContaining("would count twice");
    }
}
