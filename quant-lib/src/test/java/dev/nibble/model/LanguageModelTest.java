package dev.nibble.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import dev.nibble.model.tokenizer.Tokenizer;
import dev.nibble.model.transformer.Sampling;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Generation, on small random models; their greedy texts are those of transformers (tests/oracles/sampling.py). */
class LanguageModelTest {
    private static final int[] PROMPT = {5, 95, 0, 17};

    /** Knows one thing: which token ends a text. */
    private record Ending(int end) implements Tokenizer {
        @Override
        public String describe() {
            return "none";
        }

        @Override
        public String identity() {
            return "none";
        }

        @Override
        public int vocabulary() {
            return 96;
        }

        @Override
        public int[] encode(String text, boolean special) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String decode(int... tokens) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] bytes(int token) {
            throw new UnsupportedOperationException();
        }

        @Override
        public OptionalInt bos() {
            return OptionalInt.empty();
        }

        @Override
        public OptionalInt eos() {
            return end < 0 ? OptionalInt.empty() : OptionalInt.of(end);
        }

        @Override
        public boolean addsBos() {
            return false;
        }
    }

    private static LanguageModel open(String name, int end) {
        try {
            Path folder = Path.of(
                    LanguageModelTest.class.getResource("/models/" + name).toURI());
            Checkpoint checkpoint = Checkpoint.open(folder);
            return LanguageModel.of(
                    name, Weights.of(checkpoint), checkpoint.config().orElseThrow(), () -> new Ending(end));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int[] generate(LanguageModel model, int[] prompt, int most, Sampling sampling) {
        return model.generate(prompt, most, sampling, Progress.NONE, token -> {});
    }

    @Test
    void greedyTextsAreThoseOfTransformers() throws IOException {
        JsonNode texts;
        try (var in = LanguageModelTest.class.getResourceAsStream("/vectors/sampling.json")) {
            texts = new ObjectMapper().readTree(in).get("greedy");
        }
        assertThat(texts.size()).isGreaterThan(3);
        for (JsonNode text : texts) {
            int[] expected = ids(text.get("tokens"));
            int[] found = generate(
                    open(text.get("model").asText(), -1), ids(text.get("prompt")), expected.length, Sampling.GREEDY);
            assertThat(found).as(text.get("model").asText()).isEqualTo(expected);
        }
    }

    private static int[] ids(JsonNode node) {
        int[] ids = new int[node.size()];
        Arrays.setAll(ids, i -> node.get(i).asInt());
        return ids;
    }

    @Test
    void theSameSeedWritesTheSameTextAndAnotherOneDoesNot() {
        LanguageModel model = open("llama", -1);
        Sampling one = new Sampling(1.5, 40, 0.95, 1);
        int[] text = generate(model, PROMPT, 40, one);
        assertThat(generate(model, PROMPT, 40, one)).isEqualTo(text);
        assertThat(generate(model, PROMPT, 40, new Sampling(1.5, 40, 0.95, 2))).isNotEqualTo(text);
    }

    @Test
    void tokensAreHandedOutAsTheyComeAndTheOneThatEndsATextIsTheLast() {
        int[] whole = generate(open("llama", -1), PROMPT, 12, new Sampling(1.5, 0, 1, 3));
        int end = whole[5];
        int first = 0;
        while (whole[first] != end) {
            first++;
        }
        List<Integer> handed = new ArrayList<>();
        int[] text = open("llama", end).generate(PROMPT, 12, new Sampling(1.5, 0, 1, 3), Progress.NONE, handed::add);
        assertThat(text).isEqualTo(Arrays.copyOf(whole, first + 1));
        assertThat(handed).containsExactlyElementsOf(Arrays.stream(text).boxed().toList());
    }

    @Test
    void aStopIsNoticedBeforeTheNextToken() {
        CancelToken cancel = new CancelToken();
        List<Integer> handed = new ArrayList<>();
        assertThatExceptionOfType(Cancelled.class)
                .isThrownBy(() -> open("llama", -1).generate(PROMPT, 40, Sampling.GREEDY, stoppedBy(cancel), token -> {
                    handed.add(token);
                    if (handed.size() == 3) {
                        cancel.cancel();
                    }
                }));
        assertThat(handed).hasSize(3);
    }

    private static Progress stoppedBy(CancelToken cancel) {
        return new Progress() {
            @Override
            public Task task(String title, long total, String unit) {
                return Progress.NONE.task(title, total, unit);
            }

            @Override
            public CancelToken cancelToken() {
                return cancel;
            }
        };
    }

    @Test
    void textsThatTheModelWasNotMadeForAreRefused() {
        LanguageModel model = open("llama", -1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> generate(model, new int[0], 4, Sampling.GREEDY))
                .withMessageContaining("prompt");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> generate(model, PROMPT, 61, Sampling.GREEDY))
                .withMessageContaining("made for 64");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> generate(model, new int[] {96}, 4, Sampling.GREEDY))
                .withMessageContaining("token 96");
        assertThat(generate(model, PROMPT, 60, Sampling.GREEDY)).hasSize(60);
    }
}
