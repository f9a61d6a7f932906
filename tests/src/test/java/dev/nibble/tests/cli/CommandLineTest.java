package dev.nibble.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    @TempDir
    Path folder;

    private Program nibble;

    @BeforeEach
    void program() {
        nibble = new Program(folder, folder.resolve("nibble home"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "report",
                "model",
                "tensors",
                "errors",
                "identify",
                "quantize",
                "dequantize",
                "inspect",
                "tokenize",
                "diff",
                "formats",
                "plan",
                "kernel",
                "kernel install",
                "kernel uninstall",
                "lab",
                "test",
                "jdk",
                "uninstall",
                "version"
            })
    void everyCommandHasHelp(String command) {
        String[] words = (command + " --help").split(" ", -1);
        var help = nibble.run(words);

        assertThat(help.status()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out()).startsWith("Usage: nibble " + command).contains("--help");
        // Every option and parameter says what it does: no line ends with a bare name.
        assertThat(help.out().lines().filter(line -> line.matches("\\s+(-\\w, )?--[\\w-]+(=\\w+)?\\s*")))
                .isEmpty();
    }

    @Test
    void aPlanNeedsNoWeights() {
        var result = nibble.run("plan", "llama-3.1-70b", "--recipe", "int4:g128", "--context", "1000", "--json");

        assertThat(result.status()).as(result.err()).isZero();
        JsonNode plan = Program.parse(result.out());
        assertThat(plan.get("cache_bytes").asLong())
                .isEqualTo(327_680_000); // 80 layers, 8 heads of 128, twice, 2 bytes
        assertThat(plan.get("weight_bytes").asDouble() / 1e9).isBetween(35.0, 45.0);
        assertThat(plan.get("cards")).isNotEmpty();
        assertThat(nibble.run("plan", "lama-2-7b").err()).contains("did you mean \"llama-2-7b\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lab", "test", "jdk", "uninstall"})
    void whatTheLauncherDoesItselfIsSaidToBeThere(String command) {
        var result = nibble.run(command, "--json");

        assertThat(result.status()).isEqualTo(1);
        assertThat(Program.parse(result.out()).path("error").asText()).contains("install/nibble " + command);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "--nonsense",
                "tensors",
                "tensors a b",
                "run",
                "kernel",
                "kernel install --user --prefix x",
                "errors m --recipe int99",
                "errors m --recipe nf4:b63x",
                "diff int4 int8",
                "tokenize m",
                "tokenize m --text a --file b",
                "diff int4 int99 --on m",
                "model --json --nonsense"
            })
    void wrongUsageIsTwoAndSaysWhereTheHelpIs(String line) {
        var result = nibble.run(line.split(" ", -1));

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("nibble: ").containsPattern("See: nibble.* --help");
    }

    @Test
    void withoutACommandItTellsWhichThereAre() {
        var result = nibble.run();

        assertThat(result.status()).isZero();
        assertThat(result.out())
                .contains("  lab  ", "  report  ", "  run  ", "  test  ", "  model  ", "  kernel  ", "  errors  ")
                .contains("NIBBLE_HOME", "Exit codes: 0 done");
        assertThat(nibble.run("help").out()).isEqualTo(result.out());
        assertThat(nibble.run("--version").out()).matches("nibble \\d+\\.\\d+\\S*\\R");
    }

    @Test
    void failedWorkIsOneWithOneSentenceAndForProgramsADocument() {
        var people = nibble.run("tensors", "no such file.gguf");
        assertThat(people.status()).isEqualTo(1);
        assertThat(people.out()).isEmpty();
        assertThat(people.err().lines()).singleElement().asString().contains("no such file.gguf");

        var programs = nibble.run("tensors", "no such file.gguf", "--json");
        assertThat(programs.status()).isEqualTo(1);
        assertThat(Program.parse(programs.out()).path("error").asText()).contains("no such file.gguf");

        assertThat(nibble.run("model", "smollm3").err()).contains("known are smollm2-135m");
        assertThat(nibble.run("lab").err()).contains("install/nibble lab");
    }

    @Test
    void tensorsAreListedForPeopleAndPrograms() {
        TinyModel.write(folder.resolve("some models/tiny.safetensors"));

        var people = nibble.run("tensors", "some models/tiny.safetensors");
        assertThat(people.status()).as(people.err()).isZero();
        assertThat(people.out()).contains("layers.0.mlp.down.weight", "[8, 64]", "F32", "norm.weight");
        assertThat(people.err()).as("no terminal, no progress, no warnings").isEmpty();

        JsonNode list = nibble.json("tensors", "some models/tiny.safetensors", "--json");
        assertThat(list).hasSize(2);
        assertThat(list.get(0).path("shape").toString()).isEqualTo("[8,64]");
        assertThat(list.get(0).path("bytes").asLong()).isEqualTo(2048);

        JsonNode statistics = nibble.json("tensors", "some models/tiny.safetensors", "--json", "--statistics");
        assertThat(statistics.get(0).path("std").asDouble()).isCloseTo(0.05, within(0.005));
    }

    @Test
    void errorsComparesRecipesOnOneTensor() {
        TinyModel.write(folder.resolve("tiny.safetensors"));
        String[] command = {
            "errors", "tiny.safetensors", "-t", "layers.0.mlp.down.weight", "-r", "int8", "-r", "nf4:b64"
        };

        var people = nibble.run(command);
        assertThat(people.status()).as(people.err()).isZero();
        assertThat(people.out()).contains("int8", "nf4:b64", "SQNR");
        assertThat(people.err())
                .as("the incubator warning of the second JVM is not passed on")
                .isEmpty();

        var withJson = java.util.Arrays.copyOf(command, command.length + 1);
        withJson[command.length] = "--json";
        JsonNode rows = nibble.json(withJson);
        assertThat(rows).hasSize(2);
        JsonNode nf4 = rows.get(1);
        assertThat(nf4.path("recipe").asText()).isEqualTo("nf4:b64");
        assertThat(nf4.path("tensor").asText()).isEqualTo("layers.0.mlp.down.weight");
        // 64 codes of 4 bits and one float32 scale
        assertThat(nf4.path("bits_per_weight").asDouble()).isEqualTo(4.5);
        assertThat(nf4.path("sqnr_db").asDouble()).isBetween(15.0, 30.0);
        assertThat(rows.get(0).path("sqnr_db").asDouble())
                .isGreaterThan(nf4.path("sqnr_db").asDouble() + 10);

        var unknown = nibble.run("errors", "tiny.safetensors", "-t", "layers.0.mlp.up.weight", "-r", "int8");
        assertThat(unknown.status()).isEqualTo(1);
        assertThat(unknown.err()).contains("layers.0.mlp.up.weight", "layers.0.mlp.down.weight");
    }

    @Test
    void numbersAreTheSameInEveryLanguage() {
        TinyModel.write(folder.resolve("tiny.safetensors"));
        String[] command = {"errors", "tiny.safetensors", "-r", "int4:g32", "-r", "int4"};

        String english = nibble.run(command).out();
        String german = nibble.with("NIBBLE_JAVA_OPTS", "-Duser.language=de")
                .run(command)
                .out();
        String turkish = nibble.with("NIBBLE_JAVA_OPTS", "-Duser.language=tr -Duser.country=TR")
                .run(command)
                .out();

        assertThat(english).contains("int4:g32").containsPattern("\\d\\.\\d");
        assertThat(german).isEqualTo(english);
        assertThat(turkish).isEqualTo(english);
    }

    @Test
    void theHeapIsSetByTheEnvironment() {
        var result = nibble.with("NIBBLE_JAVA_OPTS", "-Xmx1k")
                .run(
                        "errors",
                        TinyModel.write(folder.resolve("tiny.safetensors")).toString(),
                        "-r",
                        "int8");

        assertThat(result.status())
                .as("the second JVM's exit code is passed on")
                .isEqualTo(1);
        assertThat(result.out() + result.err()).contains("heap");
    }

    @Test
    void aModelThatCanNotBeFetchedFailsWithTheReason() throws IOException {
        var withoutPython = nibble.with("PATH", folder.toString());

        var result = withoutPython.run("model", "smollm2-135m");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("no Python was found");
        try (var left = Files.list(folder.resolve("nibble home/models"))) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactly(".smollm2-135m.lock");
        }
    }

    @Test
    void versionTellsWhatABugReportNeeds() {
        JsonNode version = nibble.json("version", "--json");

        assertThat(version.path("nibble").asText()).matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(version.path("java").asText()).startsWith("2");
        assertThat(version.path("nibble_home").asText())
                .isEqualTo(folder.resolve("nibble home").toString());
    }

    /** An older Java must be able to load the class that tells it so. */
    @Test
    void theJarBeginsWithAClassForJava8() throws IOException {
        try (var jar = new JarFile(Program.JAR.toFile())) {
            String main = jar.getManifest().getMainAttributes().getValue("Main-Class");
            try (var in = new DataInputStream(jar.getInputStream(jar.getEntry(main.replace('.', '/') + ".class")))) {
                assertThat(in.readInt()).isEqualTo(0xCAFEBABE);
                assertThat(in.readUnsignedShort()).as("minor version").isZero();
                assertThat(in.readUnsignedShort()).as("major version").isEqualTo(52);
            }
        }
    }

    @Test
    void formatsListsRecipesThatWork() {
        JsonNode formats = nibble.json("formats", "--json");

        assertThat(formats.findValuesAsText("name")).contains("int8", "int4", "nf4");
        JsonNode one = nibble.json("formats", "int4:g128", "--json");
        assertThat(one.path("recipe").asText()).isEqualTo("int4:g128");
        assertThat(one.path("canonical").asText()).startsWith("int4:").contains("g128");
    }
}
