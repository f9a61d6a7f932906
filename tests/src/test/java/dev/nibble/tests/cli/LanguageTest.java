package dev.nibble.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that run a model, on a tiny one that tests/oracles/models.py made. */
class LanguageTest {
    private static final Path MODELS =
            Path.of("../quant-lib/src/test/resources/models").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private Program nibble;

    @BeforeEach
    void program() {
        nibble = new Program(folder, folder.resolve("home"));
    }

    @Test
    void logProbabilitiesAreThoseOfTheOriginal() throws IOException {
        JsonNode expected = Program.parse(Files.readString(MODELS.resolve("llama/expected.json")));
        JsonNode tokens = expected.path("tokens").get(0);
        FloatBuffer logits = ByteBuffer.wrap(
                        Base64.getDecoder().decode(expected.path("logits").asText()))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        int vocabulary = logits.capacity()
                / (tokens.size() + expected.path("tokens").get(1).size());
        String ids = tokens.toString().replaceAll("[\\[\\] ]", "");

        JsonNode found =
                nibble.json("logprobs", MODELS.resolve("llama").toString(), "--tokens", ids, "--top", "3", "--json");

        assertThat(found.path("tokens")).isEqualTo(tokens);
        assertThat(found.path("logprobs")).hasSize(tokens.size() - 1);
        for (int i = 0; i + 1 < tokens.size(); i++) {
            double theirs = logits.get(i * vocabulary + tokens.get(i + 1).asInt())
                    - logSumExp(logits, i * vocabulary, vocabulary);
            assertThat(found.path("logprobs").get(i).asDouble()).isCloseTo(theirs, within(1e-3));
        }
        int last = (tokens.size() - 1) * vocabulary;
        assertThat(found.path("top")).hasSize(3);
        for (JsonNode one : found.path("top")) {
            assertThat(one.path("logit").asDouble())
                    .isCloseTo((double) logits.get(last + one.path("id").asInt()), within(1e-3));
        }
        assertThat(found.path("top").get(0).path("logprob").asDouble())
                .isGreaterThanOrEqualTo(found.path("top").get(1).path("logprob").asDouble());
    }

    private static double logSumExp(FloatBuffer logits, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += StrictMath.exp(logits.get(i));
        }
        return StrictMath.log(sum);
    }

    @Test
    void whatCanNotBeDoneIsSaidInASentence() {
        String llama = MODELS.resolve("llama").toString();
        assertThat(nibble.run("logprobs", llama).status())
                .as("neither text nor tokens")
                .isEqualTo(2);
        var text = nibble.run("generate", llama, "--prompt", "Hello");
        assertThat(text.status()).isEqualTo(1);
        assertThat(text.err()).contains("tokenizer").doesNotContain("\tat ");
        var tokens = nibble.run("logprobs", llama, "--tokens", "1,99999");
        assertThat(tokens.status()).isEqualTo(1);
        assertThat(tokens.err()).contains("99999").doesNotContain("\tat ");
        var recipe = nibble.run("logprobs", llama, "--tokens", "1,2", "--recipe", "int4:g3x");
        assertThat(recipe.status()).isEqualTo(1);
        assertThat(recipe.err()).contains("int4").doesNotContain("\tat ");
        var protocol = nibble.run("perplexity", llama, "--protocol", "llama");
        assertThat(protocol.status()).isEqualTo(1);
        assertThat(protocol.err()).contains("llama.cpp");
    }
}
