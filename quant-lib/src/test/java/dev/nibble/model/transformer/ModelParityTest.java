package dev.nibble.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every family and every container against the original software in float32, on the models of
 * tests/oracles/models.py: no logit differs by more than 1e-4 of the range of all of them.
 */
class ModelParityTest {
    private static final double TOLERANCE = 1e-4;

    static List<String> names() {
        return TinyModel.names();
    }

    @Test
    void theModelsAreThere() {
        assertThat(names())
                .contains("llama", "mistral", "smollm", "qwen2", "qwen3", "gpt2", "opt", "gguf-llama", "gptq-v2", "awq")
                .hasSizeGreaterThan(40);
    }

    @ParameterizedTest
    @MethodSource("names")
    void windowsHaveTheLogitsOfTheOriginal(String name) {
        try (TinyModel model = TinyModel.open(name)) {
            List<Window> windows =
                    model.texts.stream().map(text -> new Window(text, 0)).toList();
            int vocabulary = model.transformer.config().vocabulary();
            List<float[]> found = new ArrayList<>();
            windows.forEach(w -> found.add(new float[w.length() * vocabulary]));
            new WindowRunner(model.transformer)
                    .logits(
                            windows,
                            Progress.NONE,
                            (w, position, count, logits, at) -> System.arraycopy(
                                    logits, at, found.get(w), position * vocabulary, count * vocabulary));
            for (int i = 0; i < found.size(); i++) {
                assertThat(difference(found.get(i), model.logits.get(i), 0, found.get(i).length))
                        .as("%s, text %d", name, i)
                        .isLessThan(TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void tokenByTokenAndInChunksTheLogitsAreThoseOfTheOriginal(String name) {
        try (TinyModel model = TinyModel.open(name)) {
            int vocabulary = model.transformer.config().vocabulary();
            int[] text = model.texts.getFirst();
            float[] expected = model.logits.getFirst();
            Session session = new Session(model.transformer, text.length, Progress.NONE);
            float[] logits = new float[vocabulary];
            float[] expectedRow = new float[vocabulary];
            for (int chunk : new int[] {1, 3, 16, text.length}) {
                session.rewind(0);
                for (int at = 0; at < text.length; at += chunk) {
                    int count = Math.min(chunk, text.length - at);
                    session.read(text, at, count, logits, Progress.NONE.cancelToken());
                    System.arraycopy(expected, (at + count - 1) * vocabulary, expectedRow, 0, vocabulary);
                    assertThat(worst(logits, expectedRow) / range(expected))
                            .as("%s, token %d in chunks of %d", name, at + count - 1, chunk)
                            .isLessThan(TOLERANCE);
                }
            }
        }
    }

    /** Largest difference as a share of the range of what is expected. */
    private static double difference(float[] found, float[] expected, int from, int to) {
        return worst(Arrays.copyOfRange(found, from, to), Arrays.copyOfRange(expected, from, to)) / range(expected);
    }

    private static double worst(float[] found, float[] expected) {
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double d = Math.abs(found[i] - expected[i]);
            worst = d <= worst ? worst : d; // not-a-number is kept
        }
        return worst;
    }

    private static double range(float[] values) {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float v : values) {
            low = Math.min(low, v);
            high = Math.max(high, v);
        }
        return high - low;
    }
}
