package dev.nibble.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that explain files: identify and diff. */
class ExplainTest {
    @TempDir
    Path folder;

    private Program nibble;

    @BeforeEach
    void program() {
        nibble = new Program(folder, folder.resolve("nibble home"));
    }

    @Test
    void identifyTellsWeightsThatWereQuantizedFromThoseThatWereNot() {
        TinyModel.write(folder.resolve("tiny.safetensors"));
        TinyModel.writeTernary(folder.resolve("ternary.safetensors"));

        JsonNode plain = nibble.json("identify", "tiny.safetensors", "--json");
        assertThat(plain).hasSize(1);
        assertThat(plain.get(0).path("tensor").asText()).isEqualTo("layers.0.mlp.down.weight");
        assertThat(plain.get(0).path("numbers_lie_on").asText()).isEqualTo("no grid found");
        assertThat(plain.get(0).path("bits_per_weight").isNull()).isTrue();

        JsonNode ternary = nibble.json("identify", "ternary.safetensors", "-t", "layers.0.mlp.down.weight", "--json");
        assertThat(ternary.get(0).path("numbers_lie_on").asText()).startsWith("ternary");
        assertThat(ternary.get(0).path("scale_shared_by").asText()).isEqualTo("the whole tensor");
        assertThat(ternary.get(0).path("blocks_that_fit"))
                .isEqualTo(ternary.get(0).path("of_blocks"));
        assertThat(ternary.get(0).path("note").asText()).isEqualTo("quantized before");

        var people = nibble.run("identify", "ternary.safetensors");
        assertThat(people.status()).as(people.err()).isZero();
        assertThat(people.out()).contains("ternary", "the whole tensor");

        var unknown = nibble.run("identify", "tiny.safetensors", "-t", "layers.0.mlp.up.weight");
        assertThat(unknown.status()).isEqualTo(1);
        assertThat(unknown.err()).contains("layers.0.mlp.up.weight", "layers.0.mlp.down.weight");
    }

    @Test
    void diffTellsWhyTwoRecipesDiffer() {
        TinyModel.write(folder.resolve("tiny.safetensors"));

        JsonNode found = nibble.json("diff", "int4:sym:g32", "int4:ct:g32:f16", "--on", "tiny.safetensors", "--json");
        assertThat(found).hasSize(1);
        JsonNode down = found.get(0);
        assertThat(down.path("tensor").asText()).isEqualTo("layers.0.mlp.down.weight");
        assertThat(down.path("weights").asInt()).isEqualTo(8 * 64);
        assertThat(down.path("differing").asInt()).isBetween(1, 8 * 64);
        assertThat(down.path("causes").get(0).path("cause").asText()).isEqualTo("range of the scale");
        assertThat(down.path("rule_a").asText()).contains("absmax / 7,");
        assertThat(down.path("rule_b").asText()).contains("absmax / 7.5,");
        assertThat(down.path("examples").get(0).path("cause").asText()).isEqualTo("range of the scale");

        var people = nibble.run("diff", "int4:sym:g32", "int4:sym:g32", "--on", "tiny.safetensors");
        assertThat(people.status()).as(people.err()).isZero();
        assertThat(people.out()).contains("0 of 512 codes differ");
    }

    /** Across containers: the same weights as GGUF's Q4_0 and as integers under auto-round's rule in safetensors. */
    @Test
    void diffComparesFilesOfDifferentKinds() {
        TinyModel.write(folder.resolve("tiny.safetensors"));
        assertThat(nibble.run("quantize", "tiny.safetensors", "--recipe", "q4_0", "-o", "a.gguf")
                        .status())
                .isZero();
        assertThat(nibble.run("quantize", "tiny.safetensors", "--recipe", "int4:sym:g32", "-o", "b.safetensors")
                        .status())
                .isZero();

        JsonNode found = nibble.json("diff", "a.gguf", "b.safetensors", "--original", "tiny.safetensors", "--json");
        assertThat(found).hasSize(1);
        assertThat(found.get(0).path("weights").asInt()).isEqualTo(512);
        assertThat(found.get(0).path("a").asText()).startsWith("a.gguf (");
        assertThat(found.get(0).path("causes").get(0).path("cause").asText()).contains("range of the");

        JsonNode alone = nibble.json("diff", "a.gguf", "b.safetensors", "--json");
        assertThat(alone.get(0).path("differing")).isEqualTo(found.get(0).path("differing"));
        assertThat(alone.get(0).path("mse_a").isNull()).isTrue();
    }

    /** One recipe in two layouts holds the same codes, and both are what the recipe gives. */
    @Test
    void diffComparesLayoutsByCodeAndFilesWithRecipes() {
        TinyModel.write(folder.resolve("tiny.safetensors"));
        for (String layout : List.of("parts", "compressed-tensors")) {
            var made = nibble.run(
                    "quantize",
                    "tiny.safetensors",
                    "--recipe",
                    "int4:ct:g32",
                    "--layout",
                    layout,
                    "-o",
                    layout + ".safetensors");
            assertThat(made.status()).as(made.err()).isZero();
        }
        var same = nibble.run("diff", "parts.safetensors", "compressed-tensors.safetensors");
        assertThat(same.status()).as(same.err()).isZero();
        assertThat(same.out()).contains("0 of 512 codes differ").doesNotContain("by value");

        var recipe =
                nibble.run("diff", "int4:ct:g32", "compressed-tensors.safetensors", "--original", "tiny.safetensors");
        assertThat(recipe.status()).as(recipe.err()).isZero();
        assertThat(recipe.out()).contains("0 of 512 codes differ");

        var alone = nibble.run("diff", "int4:ct:g32", "compressed-tensors.safetensors");
        assertThat(alone.status()).isNotZero();
        assertThat(alone.err()).contains("add --original FILE");
    }
}
