package dev.nibble.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.core.Progress;
import dev.nibble.format.Formats;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import dev.nibble.tests.launcher.Shell;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** What we write, read by the libraries that others read it with: gguf-py and safetensors. */
class OtherReadersTest {
    private static final String DOWN = "layers.0.mlp.down.weight";

    @TempDir
    Path folder;

    private String python;
    private Program nibble;
    private Path model;

    @BeforeEach
    void prepare() {
        python = Optional.ofNullable(System.getenv("NIBBLE_TEST_PYTHON"))
                .filter(path -> !path.isBlank())
                .orElseThrow(() -> skipped("no Python environment: install/nibble test makes one where pip works"));
        nibble = new Program(folder, folder.resolve("nibble home"));
        model = TinyModel.write(folder.resolve("models/tiny.safetensors"));
    }

    private static TestAbortedException skipped(String reason) {
        System.out.println("SKIPPED: " + reason);
        return new TestAbortedException(reason);
    }

    private JsonNode read(String file) {
        Path script = Path.of("src/test/python/model_files.py").toAbsolutePath();
        var result = new Shell(folder).with("PYTHONDONTWRITEBYTECODE", "1").run(python, script.toString(), file);
        assertThat(result.status()).as(result.err()).isZero();
        return Program.parse(result.out()).path(file);
    }

    @Test
    void ggufPyReadsOurGguf() {
        nibble.json("quantize", "models/tiny.safetensors", "-r", "w=q4_0;norm=keep", "-o", "ours.gguf", "--json");
        JsonNode seen = read("ours.gguf");
        assertThat(seen.at("/keys/general.quantization_version/value").asInt()).isEqualTo(2);
        assertThat(seen.at("/keys/general.file_type/types/0").asText()).isEqualTo("UINT32");
        JsonNode down = seen.path("tensors").path(DOWN);
        assertThat(down.path("type").asText()).isEqualTo("Q4_0");
        assertThat(down.path("shape").toString()).isEqualTo("[8,64]");
        try (Checkpoint before = Checkpoint.open(model)) {
            var quantized = Formats.parse("q4_0").quantize(before.matrix(DOWN, Progress.NONE));
            assertThat(down.path("sha256").asText())
                    .isEqualTo(sha(quantized.parts().getFirst().toBytes()));
            assertThat(down.path("values").asText()).isEqualTo(sha(quantized.dequantize()));
        }
        assertThat(seen.path("tensors").path("norm.weight").path("type").asText())
                .isEqualTo("F32");
    }

    @Test
    void theSafetensorsLibraryReadsOurSafetensors() {
        nibble.json("quantize", "models/tiny.safetensors", "-r", "int4:g32", "-o", "ours.safetensors", "--json");
        assertSeenAlike("ours.safetensors");
        nibble.json("dequantize", "ours.safetensors", "-o", "plain.safetensors", "--json");
        assertSeenAlike("plain.safetensors");
        nibble.json(
                "quantize",
                "models/tiny.safetensors",
                "-r",
                "int4:gptq:g32",
                "-o",
                "gptq.safetensors",
                "--layout",
                "gptq",
                "--json");
        assertSeenAlike("gptq.safetensors");
    }

    private void assertSeenAlike(String file) {
        JsonNode seen = read(file);
        try (Checkpoint ours = Checkpoint.open(folder.resolve(file))) {
            assertThat(seen.path("tensors")).hasSize(ours.tensors().size());
            assertThat(seen.path("metadata").path("made_by").asText()).isEqualTo("a test");
            for (TensorInfo tensor : ours.tensors()) {
                assertThat(seen.path("tensors")
                                .path(tensor.name())
                                .path("sha256")
                                .asText())
                        .as(tensor.toString())
                        .isEqualTo(sha(ours.stored(tensor.name(), 0, (int) tensor.bytes())));
            }
        }
    }

    private static String sha(Matrix matrix) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * matrix.size()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(matrix.values());
        return sha(bytes.array());
    }

    private static String sha(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
