package dev.nibble.tests.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.FileQuantizer;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * GGUF files that we write, in llama.cpp: they load, hold what its own quantizer writes, and give the same logits. Runs
 * with {@link OracleSuite}, for a random model with every matrix in one type.
 */
class LlamaCppSuite {
    /** Our recipe and the file type under which llama.cpp puts every matrix into that type. */
    private static final Map<String, String> TYPES = new TreeMap<>(Map.ofEntries(
            Map.entry("q4_0", "Q4_0"),
            Map.entry("q4_1", "Q4_1"),
            Map.entry("q5_0", "Q5_0"),
            Map.entry("q5_1", "Q5_1"),
            Map.entry("q8_0", "Q8_0"),
            Map.entry("q2_k", "Q2_K"),
            Map.entry("q3_k", "Q3_K_M"),
            Map.entry("q4_k", "Q4_K_M"),
            Map.entry("q5_k", "Q5_K_M"),
            Map.entry("q6_k", "Q6_K"),
            Map.entry("iq4_nl", "IQ4_NL"),
            Map.entry("iq4_xs", "IQ4_XS"),
            Map.entry("iq3_s", "IQ3_S"),
            Map.entry("tq1_0", "TQ1_0"),
            Map.entry("tq2_0", "TQ2_0"),
            Map.entry("q1_0", "Q1_0")));

    /** Types that its quantizer writes only for some models, or with an importance matrix: our recipe, its name. */
    private static final Map<String, String> LOADED =
            Map.of("iq3_xxs", "IQ3_XXS", "mxfp4:ggml", "MXFP4", "nvfp4:ggml", "NVFP4");

    @TempDir
    static Path folder;

    @TestFactory
    Stream<DynamicTest> loadsAndComputesTheSame() throws IOException, InterruptedException {
        Path model = folder.resolve("model.gguf");
        OracleSuite.python(folder, "llama.py", "make", model.toString(), System.getProperty("nibble.oracles.seed"));
        return Stream.concat(TYPES.entrySet().stream(), LOADED.entrySet().stream())
                .filter(type -> OracleSuite.isWanted(type.getKey()))
                .map(type -> dynamicTest(type.getKey(), () -> same(model, type.getKey(), type.getValue())));
    }

    private static void same(Path model, String recipe, String type) throws IOException, InterruptedException {
        Path copy = folder.resolve(recipe.replace(':', '_') + ".gguf");
        ModelRecipe all = ModelRecipe.parse("w=" + recipe + ";embed=" + recipe + ";head=" + recipe);
        FileQuantizer.Options options = FileQuantizer.Options.of(all);
        try (Checkpoint in = Checkpoint.open(model)) {
            FileQuantizer.plan(in, copy, options).run(Progress.NONE);
        }
        String verb = LOADED.containsKey(recipe) ? "load" : "judge";
        List<String> arguments = new ArrayList<>(List.of(verb, model.toString(), copy.toString(), type));
        if (verb.equals("judge")) {
            arguments.add(folder.toString());
        }
        String said = OracleSuite.python(folder, "llama.py", arguments.toArray(String[]::new));
        JsonNode verdict = new JsonMapper().readTree(said.substring(said.lastIndexOf("\n{") + 1));
        assertThat(verdict.path("names_equal").asBoolean()).as(said).isTrue();
        assertThat(verdict.path("quantized_by_both").asInt()).as(said).isEqualTo(16);
        assertThat(verdict.path("different")).as(said).isEmpty();
        assertThat(verdict.path("kept_by_one")).as(said).isEmpty();
        assertThat(verdict.path("finite").asBoolean()).as(said).isTrue();
        assertThat(verdict.path("logits_differ").asInt()).as(said).isZero();
        assertThat(verdict.path("spread").asDouble()).as(said).isPositive();
        Files.delete(copy);
    }
}
