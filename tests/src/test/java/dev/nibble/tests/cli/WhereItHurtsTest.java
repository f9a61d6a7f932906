package dev.nibble.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that show where quantization hurts, on a tiny random model. */
class WhereItHurtsTest {
    private static final Path LLAMA = Path.of("../quant-lib/src/test/resources/models/llama")
            .toAbsolutePath()
            .normalize();

    private static final String TEXT = "the quick brown fox jumps over the lazy dog. ";

    @TempDir
    Path folder;

    private Program nibble;
    private String model;
    private String text;

    @BeforeEach
    void modelAndText() throws IOException {
        nibble = new Program(folder, folder.resolve("home"));
        Path files = Files.createDirectories(folder.resolve("tiny"));
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(LLAMA.resolve(name), files.resolve(name));
        }
        tokenizer(files.resolve("tokenizer.json"));
        model = files.toString();
        text = Files.writeString(folder.resolve("text.txt"), TEXT.repeat(4)).toString();
    }

    /** Small letters, the space and the full stop, and tokens of two letters, which no text gets: 96 in all. */
    private static void tokenizer(Path file) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode tokenizer = json.createObjectNode();
        ObjectNode bytes = tokenizer.putObject("pre_tokenizer").put("type", "ByteLevel");
        bytes.put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", true);
        tokenizer.set("decoder", bytes.deepCopy());
        ObjectNode bpe = tokenizer.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = bpe.putObject("vocab");
        vocabulary.put("Ġ", 0).put(".", 1);
        for (int i = 0; i < 26; i++) {
            vocabulary.put(Character.toString('a' + i), 2 + i);
        }
        for (int i = 0; i < 68; i++) {
            vocabulary.put(Character.toString('a' + i / 26) + (char) ('a' + i % 26), 28 + i);
        }
        bpe.putArray("merges");
        json.writeValue(file.toFile(), tokenizer);
    }

    @Test
    void sensitivityHasARowForEachLinear() throws IOException {
        JsonNode found = nibble.json(
                "sensitivity",
                model,
                "-r",
                "int2:g16",
                "--text",
                text,
                "--protocol",
                "gptq:24",
                "--windows",
                "3",
                "--json");
        assertThat(found.path("rows")).hasSize(14);
        assertThat(found.path("note").asText()).as("stored in bfloat16").isEmpty();
        double sum = 0;
        for (JsonNode row : found.path("rows")) {
            assertThat(row.path("kl").asDouble()).isPositive();
            sum += row.path("kl").asDouble();
        }
        assertThat(found.path("sumOfKl").asDouble()).isCloseTo(sum, within(1e-12));
        assertThat(found.path("all").path("kl").asDouble()).isPositive();
        var shown = nibble.run(
                "sensitivity",
                model,
                "-r",
                "int2:g16",
                "--text",
                text,
                "--protocol",
                "gptq:24",
                "--windows",
                "3",
                "-o",
                "map.png");
        assertThat(shown.status()).isZero();
        assertThat(shown.out())
                .contains(
                        "mlp.down_proj", "tokens scored", found.path("verdict").asText());
        assertThat(Files.size(folder.resolve("map.png"))).isPositive();
    }

    @Test
    void growthFollowsTheErrorOfEachRecipe() {
        JsonNode found = nibble.json(
                "growth",
                model,
                "--recipe",
                "fp32,int2:g16",
                "--alone",
                "1",
                "--text",
                text,
                "--protocol",
                "gptq:24",
                "--json");
        assertThat(found).hasSize(4);
        for (JsonNode step : found.get(0).path("steps")) {
            assertThat(step.path("mean").asDouble())
                    .as("fp32 holds every number")
                    .isZero();
            assertThat(step.path("largest").asDouble()).isZero();
        }
        assertThat(found.get(3).path("layer").asInt()).isEqualTo(1);
        assertThat(found.get(3).path("steps").get(0).path("mean").asDouble()).isZero();
        assertThat(found.get(3).path("steps").get(1).path("mean").asDouble())
                .isPositive()
                .isLessThan(found.get(2).path("steps").get(1).path("mean").asDouble() * 2);
    }

    @Test
    void recallOfAModelAgainstItsOwnNumbersIsTheSame() {
        JsonNode found = nibble.json(
                "recall", model, "--recipe", "fp32,int2:g16", "--distances", "8,32", "--samples", "4", "--json");
        assertThat(found).hasSize(2);
        for (JsonNode point : found.get(0).path("points")) {
            assertThat(point.path("other")).isEqualTo(point.path("base"));
            assertThat(point.path("change").asDouble()).isZero();
        }
        for (JsonNode point : found.get(1).path("points")) {
            assertThat(point.path("change").asDouble())
                    .isCloseTo(
                            point.path("other").asDouble() - point.path("base").asDouble(), within(1e-12))
                    .isNotZero();
        }
    }

    @Test
    void theTokenViewSaysForEachTokenWhatItBecame() throws IOException {
        JsonNode found = nibble.json("token-view", model, "-r", "int2:g16", "--text", TEXT, "--json");
        assertThat(found.path("tokens")).hasSize(TEXT.length() - 1); // nothing begins texts here
        for (JsonNode token : found.path("tokens")) {
            assertThat(token.path("deltaP").asDouble())
                    .isCloseTo(
                            100
                                    * (token.path("after").asDouble()
                                            - token.path("before").asDouble()),
                            within(1e-9));
        }
        var shown = nibble.run("token-view", model, "-r", "int2:g16", "--text", TEXT, "-o", "view.html");
        assertThat(shown.status()).isZero();
        assertThat(shown.out()).contains("KL (nats)", "\"q\"").doesNotContain("\033");
        assertThat(Files.readString(folder.resolve("view.html")))
                .contains("<!doctype html>", "coloured by", "</html>")
                .doesNotContain("<script");
    }

    @Test
    void whatCanNotBeDoneIsSaidBeforeTheWork() {
        var picture = nibble.run("growth", model, "-r", "int3", "-o", "growth.jpg");
        assertThat(picture.status()).isEqualTo(1);
        assertThat(picture.err()).contains(".png", "growth.jpg");
        var recipe = nibble.run("sensitivity", model, "-r", "w=int3;head=int8", "--text", text);
        assertThat(recipe.status()).isEqualTo(1);
        assertThat(recipe.err()).contains("one recipe").doesNotContain("\tat ");
    }
}
