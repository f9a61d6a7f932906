package dev.nibble.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Against transformers' logits processors, by the cases of tests/oracles/sampling.py. */
class SamplerTest {
    private static JsonNode recorded() throws IOException {
        try (var in = SamplerTest.class.getResourceAsStream("/vectors/sampling.json")) {
            return new ObjectMapper().readTree(in);
        }
    }

    private static float[] logits(JsonNode node) {
        float[] logits = new float[node.size()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = node.get(i).isTextual()
                    ? Float.NEGATIVE_INFINITY
                    : node.get(i).floatValue();
        }
        return logits;
    }

    private static Sampling sampling(JsonNode c) {
        return new Sampling(
                c.get("temperature").asDouble(),
                c.get("topK").asInt(),
                c.get("topP").asDouble(),
                7);
    }

    @Test
    void whatMayBeDrawnAndItsChancesAreThoseOfTransformers() throws IOException {
        JsonNode cases = recorded().get("cases");
        assertThat(cases.size()).isGreaterThan(40);
        for (JsonNode c : cases) {
            float[] logits = logits(c.get("logits"));
            double[] found = new Sampler(sampling(c), logits.length).probabilities(logits);
            for (int token = 0; token < logits.length; token++) {
                double expected = c.get("left").get(token).asDouble();
                String what = c.get("name").asText() + ", " + sampling(c) + ", token " + token;
                assertThat(found[token] > 0).as(what).isEqualTo(expected > 0);
                assertThat(found[token]).as(what).isCloseTo(expected, within(1e-6));
            }
        }
    }

    @Test
    void drawsFollowTheChances() throws IOException {
        int draws = 20_000;
        for (JsonNode c : recorded().get("cases")) {
            float[] logits = logits(c.get("logits"));
            Sampler sampler = new Sampler(sampling(c), logits.length);
            double[] chances = sampler.probabilities(logits);
            int[] counts = new int[logits.length];
            for (int i = 0; i < draws; i++) {
                counts[sampler.next(logits)]++;
            }
            for (int token = 0; token < logits.length; token++) {
                double expected = draws * chances[token];
                double sigma = Math.sqrt(expected * (1 - chances[token]));
                assertThat((double) counts[token])
                        .as("%s, %s, token %d", c.get("name"), sampling(c), token)
                        .isCloseTo(expected, within(5 * sigma + (expected > 0 ? 3 : 0)));
            }
        }
    }

    @Test
    void theSameSeedDrawsTheSameAndAnotherOneDoesNot() throws IOException {
        float[] logits = logits(recorded().get("cases").get(0).get("logits"));
        int[] first = draws(new Sampling(1, 0, 1, 1), logits);
        assertThat(draws(new Sampling(1, 0, 1, 1), logits)).isEqualTo(first);
        assertThat(draws(new Sampling(1, 0, 1, 2), logits)).isNotEqualTo(first);
    }

    private static int[] draws(Sampling sampling, float[] logits) {
        Sampler sampler = new Sampler(sampling, logits.length);
        return IntStream.range(0, 50).map(i -> sampler.next(logits)).toArray();
    }

    @Test
    void greedyTakesTheFirstOfTheLargest() {
        float[] logits = {1, 4, -2, 4, Float.NEGATIVE_INFINITY};
        Sampler sampler = new Sampler(Sampling.GREEDY, logits.length);
        assertThat(sampler.next(logits)).isEqualTo(1);
        assertThat(sampler.probabilities(logits)).containsExactly(0, 1, 0, 0, 0);
    }

    @Test
    void aTemperatureNearZeroIsGreedyAndNoTemperatureMakesInfinities() {
        float[] logits = {88, 89, 3e38f, -3e38f};
        for (double temperature : new double[] {1e-60, 1e-30, 1e-3}) {
            Sampler sampler = new Sampler(new Sampling(temperature, 3, 0.9, 0), logits.length);
            assertThat(sampler.probabilities(logits)).containsExactly(0, 0, 1, 0);
            assertThat(sampler.next(logits)).isEqualTo(2);
        }
        double[] hot = new Sampler(new Sampling(1e30, 0, 1, 0), 3).probabilities(new float[] {1, 2, 3});
        assertThat(Arrays.stream(hot)).allSatisfy(p -> assertThat(p).isCloseTo(1.0 / 3, within(1e-6)));
    }

    @Test
    void logitsThatAreNoNumbersAreRefused() {
        Sampler sampler = new Sampler(new Sampling(1, 0, 1, 0), 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sampler.next(new float[] {1, Float.NaN}))
                .withMessageContaining("NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sampler.next(new float[] {1, Float.POSITIVE_INFINITY}))
                .withMessageContaining("Infinity");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sampler.next(new float[] {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY}));
    }

    @Test
    void settingsWithoutMeaningAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Sampling(-1, 0, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Sampling(Double.NaN, 0, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Sampling(1, -1, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Sampling(1, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Sampling(1, 0, 1.1, 0));
    }
}
