package dev.nibble.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.Progress;
import dev.nibble.format.Formats;
import dev.nibble.tensor.Matrix;
import dev.nibble.tests.launcher.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code nibble quantize}, {@code dequantize}, {@code inspect} and {@code formats}, as a person or a program runs them. */
class QuantizeTest {
    private static final String DOWN = "layers.0.mlp.down.weight";

    @TempDir
    Path folder;

    private Program nibble;
    private Path model;

    @BeforeEach
    void program() {
        nibble = new Program(folder, folder.resolve("nibble home"));
        model = TinyModel.write(folder.resolve("models/tiny.safetensors"));
    }

    @Test
    void aModelGoesToGgufAndBackAndTheTableTellsTheError() {
        var people = nibble.run("quantize", "models/tiny.safetensors", "-r", "q8_0", "-o", "tiny-q8_0.gguf");
        assertThat(people.status()).as(people.err()).isZero();
        assertThat(people.out())
                .contains(DOWN, "q8_0", "8.5", "SQNR (dB)", "norm.weight", "kept: part \"norm\"")
                .contains("tiny-q8_0.gguf: 1 weights quantized, 1 kept");
        assertThat(people.err()).isEmpty();

        Matrix expected;
        try (Checkpoint before = Checkpoint.open(model);
                Checkpoint after = Checkpoint.open(folder.resolve("tiny-q8_0.gguf"))) {
            var quantized = Formats.parse("q8_0").quantize(before.matrix(DOWN, Progress.NONE));
            expected = quantized.dequantize();
            assertThat(after.stored(DOWN, 0, (int) quantized.bytes()))
                    .isEqualTo(quantized.parts().getFirst().toBytes());
        }
        JsonNode back = nibble.json("dequantize", "tiny-q8_0.gguf", "-o", "back.safetensors", "--json");
        assertThat(back.path("weights")).hasSize(2);
        assertThat(back.path("weights").get(0).path("from").asText()).isEqualTo("Q8_0");
        try (Checkpoint read = Checkpoint.open(folder.resolve("back.safetensors"))) {
            assertThat(read.matrix(DOWN, Progress.NONE).values()).isEqualTo(expected.values());
        }
    }

    @Test
    void aModelGoesToSafetensorsInPartsForPrograms() {
        JsonNode facts = nibble.json(
                "quantize", "models/tiny.safetensors", "--recipe", "w=q4_0", "-o", "out.safetensors", "--json");
        assertThat(facts.path("recipe").asText()).isEqualTo("q4_0");
        JsonNode down = facts.path("weights").get(0);
        assertThat(down.path("name").asText()).isEqualTo(DOWN);
        assertThat(down.path("quantized").asBoolean()).isTrue();
        assertThat(down.path("bits_per_weight").asDouble()).isEqualTo(4.5);
        assertThat(down.path("sqnr_db").asDouble()).isBetween(15.0, 30.0);
        assertThat(facts.path("weights").get(1).path("quantized").asBoolean()).isFalse();
        try (Checkpoint read = Checkpoint.open(folder.resolve("out.safetensors"));
                Checkpoint before = Checkpoint.open(model)) {
            assertThat(read.metadata()).containsEntry("made_by", "a test");
            Matrix w = before.matrix(DOWN, Progress.NONE);
            assertThat(Weights.of(read)
                            .get(DOWN)
                            .rows(0, w.rows(), Progress.NONE)
                            .values())
                    .isEqualTo(Formats.parse("q4_0").quantize(w).dequantize().values());
        }
        JsonNode listed = nibble.json("inspect", "out.safetensors", "--json");
        assertThat(listed.path("weights").findValuesAsText("stored")).contains("q4_0 in 1 tensor");
        assertThat(listed.path("metadata").path("nibble.recipe").asText()).isEqualTo("q4_0");
    }

    @Test
    void whatIsThereIsNotOverwrittenUnlessAskedFor() throws IOException {
        Path out = Files.writeString(folder.resolve("out.gguf"), "precious");
        String[] command = {"quantize", "models/tiny.safetensors", "-r", "q4_0", "-o", "out.gguf"};
        var refused = nibble.run(command);
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err().lines())
                .singleElement()
                .asString()
                .contains("out.gguf exists already")
                .contains("--force");
        assertThat(out).hasContent("precious");

        var forced = nibble.run("quantize", "models/tiny.safetensors", "-r", "q4_0", "-o", "out.gguf", "--force");
        assertThat(forced.status()).as(forced.err()).isZero();
        try (Checkpoint read = Checkpoint.open(out)) {
            assertThat(read.kind()).isEqualTo("GGUF 3");
        }
    }

    @Test
    void theLongFormIsDescribedPartByPart() {
        var people = nibble.run("formats", "w=int4:g128;head=bf16;layers.0.*=keep");
        assertThat(people.status()).as(people.err()).isZero();
        assertThat(people.out()).contains("w=int4:g128  4.125 bits", "head=bf16  16 bits", "kept as it is");
        JsonNode parts = nibble.json("formats", "w=int4:g128;head=bf16", "--json");
        assertThat(parts.get(1).path("part").asText()).isEqualTo("head");
        assertThat(nibble.run("formats", "hed=bf16;w=int4").err()).contains("did you mean \"head\"?");
        assertThat(nibble.run("formats", "gptq:int4:g128:act").err()).contains("method", "calibration");
    }

    @Test
    void aWeightThatIsNotANumberIsFoundWithItsPlace() {
        int[] next = {0};
        TinyModel.write(folder.resolve("odd.safetensors"), normal -> switch (next[0]++) {
            case 64 + 3 -> Float.NaN;
            case 2 * 64 -> Float.NEGATIVE_INFINITY;
            default -> normal;
        });

        var refused = nibble.run("quantize", "odd.safetensors", "-r", "q4_0", "-o", "odd.gguf");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err().lines())
                .singleElement()
                .asString()
                .contains("odd.safetensors", DOWN, "row 1, column 3", "=keep");
        assertThat(folder.resolve("odd.gguf")).doesNotExist();
        assertThat(nibble.run("inspect", "odd.safetensors", "-t", DOWN).out())
                .contains("2 values are not finite", "row 1, column 3: NaN", "row 2, column 0: -Infinity");
        assertThat(nibble.json("inspect", "odd.safetensors", "-t", DOWN, "--json")
                        .path("not_finite")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void mistakesAreOneSentenceBeforeAnyWork() {
        assertSays(2, "did you mean", "quantize", "models/tiny.safetensors", "-r", "q4_00", "-o", "x.gguf");
        assertSays(2, "--recipe", "quantize", "models/tiny.safetensors", "-o", "x.gguf");
        assertSays(2, "there is no layout", "quantize", "m", "-r", "q4_0", "-o", "x.gguf", "--layout", "odd");
        assertSays(1, "no type of GGUF", "quantize", "models/tiny.safetensors", "-r", "nf4", "-o", "x.gguf");
        assertSays(1, "must end in", "quantize", "models/tiny.safetensors", "-r", "q4_0", "-o", "x.bin");
        assertSays(1, "there is no folder", "quantize", "models/tiny.safetensors", "-r", "q4_0", "-o", "no/x.gguf");
        assertSays(1, "is the file that is read", "dequantize", model.toString(), "-o", model.toString());
        assertSays(1, "no such file", "dequantize", "no.gguf", "-o", "x.safetensors");
        assertSays(
                1,
                "no such file",
                "quantize",
                "models/tiny.safetensors",
                "-r",
                "q4_0",
                "-o",
                "x.gguf",
                "--imatrix",
                "no.dat");
        assertSays(
                1,
                "not in scope",
                "quantize",
                "models/tiny.safetensors",
                "-r",
                "q4_0",
                "-o",
                "x.gguf",
                "--exclude",
                "layers.*");
        assertSays(1, "--tensor", "inspect", "models/tiny.safetensors", "--block", "1");
        assertSays(1, "did you mean", "inspect", "models/tiny.safetensors", "-t", "layers.0.mlp.up.weight");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("models");
    }

    private void assertSays(int status, String text, String... command) {
        var result = nibble.run(command);
        assertThat(result.status()).as(result.err()).isEqualTo(status);
        assertThat(result.err()).contains(text).doesNotContain("\tat ");
    }

    /** A limit on the size of files is the one way to run out of room that a test can have anywhere. */
    @Test
    void aDiskThatIsFullLeavesNothing() throws IOException, InterruptedException {
        Path large = TinyModel.writeLarge(folder.resolve("models/large.safetensors"), 2048);
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -f 2000 && exec \"$0\" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData"
                                + " -jar \"$1\" dequantize models/large.safetensors -o out.safetensors",
                        Program.java().toString(),
                        Program.JAR.toString())
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        String error = new String(process.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(error).isEqualTo(1);
        assertThat(error).contains("out.safetensors can not be written", "nothing of it was kept");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("models");
        assertThat(large).exists();
    }

    @Test
    void ctrlCLeavesNothing() throws IOException, InterruptedException {
        TinyModel.writeLarge(folder.resolve("models/large.safetensors"), 60_000);
        Shell.Running running = nibble.start("dequantize", "models/large.safetensors", "-o", "out.safetensors");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (hidden().isEmpty() && running.process().isAlive() && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        assertThat(hidden()).as("the work is under way").isNotEmpty();
        running.process().destroy(); // what Ctrl-C does
        var result = running.finish();
        assertThat(result.status()).isNotZero();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("models");
    }

    private List<String> hidden() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.endsWith(".tmp"))
                    .toList();
        }
    }

    @Test
    void aBlockIsTakenApartBitByBit() {
        nibble.run("quantize", "models/tiny.safetensors", "-r", "q4_0", "-o", "tiny.gguf");
        var people = nibble.run("inspect", "tiny.gguf", "-t", DOWN, "--block", "3");
        assertThat(people.status()).as(people.err()).isZero();
        assertThat(people.out()).contains("block 3 of " + DOWN, "from row 1, column 32 on", "scale", "code");

        JsonNode block = nibble.json("inspect", "tiny.gguf", "-t", DOWN, "--block", "3", "--json");
        assertThat(block.path("row").asInt()).isEqualTo(1);
        assertThat(block.path("column").asInt()).isEqualTo(32);
        assertThat(block.path("values")).hasSize(32);
        int bits = 0;
        for (JsonNode field : block.path("fields")) {
            bits += field.path("bits").asInt();
        }
        assertThat(bits).as("every bit of the 18 bytes has a name").isEqualTo(18 * 8);
        try (Checkpoint before = Checkpoint.open(model)) {
            Matrix back = Formats.parse("q4_0")
                    .quantize(before.matrix(DOWN, Progress.NONE))
                    .dequantize();
            JsonNode last = block.path("values").get(31);
            assertThat((float) last.path("value").asDouble()).isEqualTo(back.get(1, 63));
        }
        JsonNode optimum = nibble.json(
                        "inspect",
                        "tiny.gguf",
                        "-t",
                        DOWN,
                        "--block",
                        "3",
                        "--original",
                        "models/tiny.safetensors",
                        "--json")
                .path("optimum");
        assertThat(optimum.path("own_db").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(optimum.path("best_stored_scale_db").asDouble());
        assertThat(optimum.path("best_stored_scale_db").asDouble())
                .isLessThanOrEqualTo(optimum.path("best_scale_db").asDouble() + 1e-9);
        assertThat(optimum.path("best_scale_db").asDouble())
                .isLessThan(optimum.path("best_code_book_db").asDouble());
        assertThat(nibble.run("inspect", "tiny.gguf", "-t", DOWN, "-b", "3", "--original", "models/tiny.safetensors")
                        .out())
                .contains("the rule chose ", "best scale ", "best code book of 16 values");
        assertSays(1, "--block", "inspect", "tiny.gguf", "-t", DOWN, "--original", "models/tiny.safetensors");
        assertSays(1, "has no block 16", "inspect", "tiny.gguf", "-t", DOWN, "--block", "16");
        assertSays(1, "has no block -1", "inspect", "tiny.gguf", "-t", DOWN, "--block", "-1");

        JsonNode weight = nibble.json("inspect", "tiny.gguf", "-t", DOWN, "--json");
        assertThat(weight.path("bits_per_weight").asDouble()).isEqualTo(4.5);
        assertThat(weight.path("std").asDouble()).isCloseTo(0.05, within(0.005));
    }

    /** Whatever the layout, what is shown as the bytes of the file lies there in the file. */
    @ParameterizedTest
    @CsvSource({
        "nf4:b32:dq, bnb, weight.absmax",
        "int4:hqq:g32, hqq, W_q",
        "int4:gptq:asym:g32, gptq, qzeros",
        "int4:awq:g32, awq, qweight[0",
        "int4:ct:g32, compressed-tensors, weight_packed",
        "int4:g32, parts, scales bytes 0..1"
    })
    void bytesOfABlockAreThoseOfTheFile(String recipe, String layout, String shown) throws IOException {
        var made = nibble.run(
                "quantize", "models/tiny.safetensors", "-r", recipe, "--layout", layout, "-o", "laid.safetensors");
        assertThat(made.status()).as(made.err()).isZero();
        String[] command = {
            "inspect", "laid.safetensors", "-t", DOWN, "-b", "0", "--original", "models/tiny.safetensors"
        };
        var people = nibble.run(command);
        assertThat(people.status()).as(people.err()).isZero();
        assertThat(people.out()).contains(shown, "original", "error", "the rule chose ");
        JsonNode block = nibble.json(
                Stream.concat(Stream.of(command), Stream.of("--json")).toArray(String[]::new));
        byte[] file = Files.readAllBytes(folder.resolve("laid.safetensors"));
        assertThat(block.path("bytes").propertyStream()).isNotEmpty().allSatisfy(bytes -> {
            String where = bytes.getKey();
            int at = Integer.parseInt(where.substring(where.lastIndexOf(' ') + 1, where.length() - 1)
                    .replace(",", ""));
            byte[] hex = HexFormat.ofDelimiter(" ").parseHex(bytes.getValue().asText());
            assertThat(Arrays.copyOfRange(file, at, at + hex.length)).as(where).isEqualTo(hex);
        });
        JsonNode weight = block.path("values").get(5);
        assertThat(weight.path("error").asDouble())
                .isCloseTo(
                        weight.path("value").asDouble()
                                - weight.path("original").asDouble(),
                        within(1e-7));
    }

    @Test
    void formatsCountTheirBits() {
        JsonNode formats = nibble.json("formats", "--json");
        JsonNode q4 = null;
        for (JsonNode format : formats) {
            q4 = format.path("name").asText().equals("q4_0") ? format : q4;
        }
        assertThat(q4).isNotNull();
        assertThat(q4.path("bits_per_weight").path("q4_0").asDouble()).isEqualTo(4.5);
        JsonNode one = nibble.json("formats", "q8_0", "--json");
        assertThat(one.path("bits_per_weight").asDouble()).isEqualTo(8.5);
        assertThat(one.path("specials").asText()).isNotBlank();
        assertThat(one.path("parts").get(0).path("name").asText()).isEqualTo("blocks");
        assertThat(nibble.run("formats").out()).contains("q4_0 4.5", "q8_0 8.5");
    }
}
