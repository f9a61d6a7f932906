package dev.nibble.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import dev.nibble.checkpoint.Weights;
import dev.nibble.compute.Rows;
import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource.Window;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** SmolLM2-135M against transformers in float32 (smollm2.json); skipped where the model is not in the cache. */
class SmolLm2LogitsTest {
    private static Model model;
    private static Transformer transformer;
    private static JsonNode prompts;

    @BeforeAll
    static void open() {
        assumeTrue(Models.available("smollm2-135m"), "smollm2-135m is not in the cache: nibble model smollm2-135m");
        model = Models.open("smollm2-135m", Progress.NONE);
        transformer = Transformer.of(Weights.of(model.checkpoint()), Map.of());
        prompts = Vectors.read("smollm2.json").path("logits").path("prompts");
    }

    @AfterAll
    static void close() {
        if (model != null) {
            model.close();
        }
    }

    private static int[] ids(JsonNode node) {
        int[] ids = new int[node.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = node.get(i).asInt();
        }
        return ids;
    }

    @Test
    void logProbabilitiesAreThoseOfTransformers() {
        List<Window> windows = new ArrayList<>();
        prompts.forEach(p -> windows.add(new Window(ids(p.get("ids")), 0)));
        int vocabulary = transformer.config().vocabulary();
        int[] checked = new int[1];
        new WindowRunner(transformer).logits(windows, Progress.NONE, (w, position, count, logits, at) -> {
            JsonNode expected = prompts.get(w).get("b_torch_f32");
            for (int i = 0; i < count; i++) {
                int row = at + i * vocabulary;
                double all = Rows.logSumExp(logits, row, vocabulary);
                if (position + i + 1 < windows.get(w).length()) {
                    double logProbability = logits[row + windows.get(w).token(position + i + 1)] - all;
                    double theirs =
                            expected.get("prompt_logprobs").get(position + i).asDouble();
                    assertThat(logProbability)
                            .as("prompt %d, position %d", w, position + i)
                            .isCloseTo(theirs, within(2e-4));
                } else {
                    assertThat(all).isCloseTo(expected.get("logsumexp").asDouble(), within(2e-4));
                    for (int k = 0; k < expected.get("top_ids").size(); k++) {
                        assertThat((double) logits[
                                        row + expected.get("top_ids").get(k).asInt()])
                                .isCloseTo(expected.get("top_logits").get(k).asDouble(), within(2e-4));
                    }
                }
                checked[0]++;
            }
        });
        assertThat(checked[0])
                .isEqualTo(windows.stream().mapToInt(Window::length).sum());
    }

    @Test
    void greedyTextIsThatOfTransformers() {
        Session session = new Session(transformer, 128, Progress.NONE);
        Sampler sampler = new Sampler(Sampling.GREEDY, transformer.config().vocabulary());
        float[] logits = new float[transformer.config().vocabulary()];
        for (JsonNode prompt : prompts) {
            session.rewind(0);
            int[] ids = ids(prompt.get("ids"));
            int[] expected = Arrays.copyOf(ids(prompt.get("b_torch_f32").get("greedy")), 20);
            int[] tokens = new int[expected.length];
            session.read(ids, 0, ids.length, logits, Progress.NONE.cancelToken());
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = sampler.next(logits);
                session.read(tokens, i, 1, logits, Progress.NONE.cancelToken());
            }
            assertThat(tokens).isEqualTo(expected);
        }
    }
}
