package dev.nibble.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import dev.nibble.core.Progress;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * SmolLM2-135M on the first 4,096 tokens of wikitext-2's test text against torch in float32 (smollm2.json). The text is
 * not ours to distribute: {@code NIBBLE_WIKITEXT} names it, in the form with {@code <unk>}; its beginning, some 17,000
 * characters, is enough. Takes a minute.
 */
class SmolLm2WikitextTest {
    private static final JsonNode FACTS = Vectors.read("smollm2.json");
    private static final int TOKENS = 4096;

    private static Model model;
    private static int[] tokens;

    @BeforeAll
    static void open() throws IOException {
        String file = System.getenv("NIBBLE_WIKITEXT");
        assumeTrue(file != null, "skipped: set NIBBLE_WIKITEXT to wikitext-2's wiki.test.tokens, or to its beginning");
        assumeTrue(Models.available("smollm2-135m"), "smollm2-135m is not in the cache: nibble model smollm2-135m");
        model = Models.open("smollm2-135m", Progress.NONE);
        byte[] bytes = Files.readAllBytes(Path.of(file));
        String text = new String(bytes, 0, Math.min(bytes.length, 1 << 15), StandardCharsets.UTF_8);
        tokens = Arrays.copyOf(model.tokenizer().encode(text, false), TOKENS);
        int at = 0;
        for (JsonNode id : FACTS.path("tokenizer").path("wiki_test").path("first32")) {
            assertThat(tokens[at++]).as("this text is wikitext-2's").isEqualTo(id.intValue());
        }
        assertThat(tokens[TOKENS - 1]).as("the last of 4,096 tokens").isNotZero();
    }

    @AfterAll
    static void close() {
        if (model != null) {
            model.close();
        }
    }

    private static Perplexity run(Protocol protocol, int windows) {
        LanguageModel language = model.language();
        return Perplexity.of(language, cut(protocol, windows), Progress.NONE);
    }

    private static Evaluation cut(Protocol protocol, int windows) {
        return Evaluation.of(model.tokenizer(), protocol, List.of(tokens), windows);
    }

    /** The agreement for perplexities: one part in ten thousand, as far as a float64 run of the same weights is away. */
    private static Offset<Double> close(double expected) {
        return within(1e-4 * expected);
    }

    @Test
    void perplexityByLlamaCppsWindows() {
        JsonNode chunks = FACTS.path("perplexity").path("i_torch_f32_first_4_chunks");

        Perplexity ours = run(Protocol.llamaCpp(512), 4);

        for (int i = 0; i < 4; i++) {
            double nll = chunks.path("chunk_mean_nll").path(i).asDouble();
            assertThat(ours.losses().meanOfWindow(i)).isCloseTo(nll, close(nll));
        }
        double last = chunks.path("running_ppl").path(3).asDouble();
        assertThat(ours.perplexity()).isCloseTo(last, close(last));
    }

    @Test
    void perplexityByGptqsWindows() {
        JsonNode windows = FACTS.path("perplexity")
                .path("ii_torch_f32_gptq_first_2_windows")
                .path("window_mean_nll");

        Perplexity ours = run(Protocol.gptq(2048), 2);

        for (int i = 0; i < 2; i++) {
            double nll = windows.path(i).asDouble();
            assertThat(ours.losses().meanOfWindow(i)).isCloseTo(nll, close(nll));
        }
    }

    @ParameterizedTest
    @CsvSource({"Q4_0, q4_0", "NF4_b64, nf4:b64"})
    void divergenceOfFormats(String theirs, String recipe) {
        JsonNode expected = FACTS.path("formats").path(theirs);
        Evaluation evaluation = cut(Protocol.llamaCpp(512), 8);
        try (LogProbabilities base = LogProbabilities.record(model.language(), evaluation, Progress.NONE)) {
            Divergence ours = Divergence.of(base, model.language().in(recipe), Progress.NONE);

            double before = FACTS.path("formats").path("base").path("ppl").asDouble();
            assertThat(ours.before().perplexity()).isCloseTo(before, close(before));
            near(ours.after().perplexity(), expected, "ppl");
            near(ours.kl().mean(), expected, "mean_kld");
            near(ours.rmsDeltaP(), expected, "rms_dp_percent");
            near(100 * ours.sameTop(), expected, "same_top_percent");
        }
    }

    private static void near(double ours, JsonNode expected, String field) {
        double theirs = expected.path(field).asDouble(Double.NaN);
        assertThat(ours).as(field).isCloseTo(theirs, close(theirs));
    }
}
