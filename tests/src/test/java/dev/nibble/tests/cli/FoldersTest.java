package dev.nibble.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.nibble.tests.launcher.Shell;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on models that are folders, and on models of the hub. */
class FoldersTest {
    private static final String DOWN = "layers.0.mlp.down.weight";

    @TempDir
    Path folder;

    private Program nibble;

    @BeforeEach
    void prepare() {
        nibble = new Program(folder, folder.resolve("nibble home"))
                .with("HF_HOME", folder.resolve("hf").toString());
    }

    private Shell.Result good(String... arguments) {
        Shell.Result result = nibble.run(arguments);
        assertThat(result.status())
                .as(String.join(" ", arguments) + "\n" + result.err())
                .isZero();
        return result;
    }

    @Test
    void everyCommandThatTakesAFileTakesAFolder() throws IOException {
        TinyModel.write(folder.resolve("tiny/model.safetensors"));
        Files.writeString(folder.resolve("tiny/config.json"), "{\"model_type\": \"llama\"}");
        assertThat(good("tensors", "tiny").out()).contains(DOWN, "tiny: safetensors, 2 tensors");
        assertThat(nibble.json("inspect", "tiny", "--json")
                        .at("/config/model_type")
                        .asText())
                .isEqualTo("llama");
        assertThat(good("errors", "tiny", "-t", DOWN, "-r", "int8").out()).contains("int8");
        JsonNode quantized = nibble.json("quantize", "tiny", "-r", "q4_0", "-o", "small.gguf", "--json");
        assertThat(quantized.path("bytes_before").asLong())
                .isEqualTo(Files.size(folder.resolve("tiny/model.safetensors")));
        Files.createDirectory(folder.resolve("small"));
        Files.move(folder.resolve("small.gguf"), folder.resolve("small/small.gguf"));
        assertThat(good("dequantize", "small", "-o", "plain.safetensors").out()).contains("2 weights");
        assertThat(good("identify", "small", "-t", DOWN).out()).contains("as the file says");
        assertThat(good("diff", "small", "q4_0", "--original", "tiny").out()).contains("0 of 512 codes differ");
        assertThat(good("inspect", "small", "-t", DOWN, "-b", "0", "--original", "tiny")
                        .out())
                .contains("block 0 of " + DOWN);

        var over = nibble.run("dequantize", "tiny", "-o", "tiny/model.safetensors", "--force");
        assertThat(over.status()).isEqualTo(1);
        assertThat(over.err()).contains("model.safetensors");
        Files.createDirectory(folder.resolve("pickled"));
        Files.writeString(folder.resolve("pickled/pytorch_model.bin"), "PK");
        assertThat(nibble.run("tensors", "pickled").err()).contains("pytorch_model.bin", "can run code", "save_file");
        Files.createDirectory(folder.resolve("empty"));
        assertThat(nibble.run("tensors", "empty/.").err()).contains("folder without a model");
    }

    @Test
    void aModelOfTheHubIsFetchedListedAndUsedWithoutANetwork() throws Exception {
        byte[] weights = Files.readAllBytes(TinyModel.write(folder.resolve("made.safetensors")));
        byte[] config = """
                {"model_type": "llama", "vocab_size": 96, "hidden_size": 32, "intermediate_size": 64,
                 "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 64}""".getBytes(StandardCharsets.UTF_8);
        String commit = "0123456789abcdef0123456789abcdef01234567";
        String list = new ObjectMapper()
                .writeValueAsString(Map.of(
                        "sha",
                        commit,
                        "siblings",
                        List.of(sibling("model.safetensors", weights), sibling("config.json", config))));
        HttpServer hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/", exchange -> {
            boolean isList = exchange.getRequestURI().getPath().startsWith("/api/models/org/tiny/revision/");
            boolean isConfig = exchange.getRequestURI().getPath().endsWith("/config.json");
            byte[] body = isList ? list.getBytes(StandardCharsets.UTF_8) : isConfig ? config : weights;
            exchange.sendResponseHeaders(200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        hub.start();
        nibble.with("HF_ENDPOINT", "http://127.0.0.1:" + hub.getAddress().getPort());
        try {
            assertThat(good("plan", "org/tiny").out()).contains("org/tiny", "GiB");
            assertThat(nibble.json("model", "--json").get(1).path("available").asBoolean(true))
                    .as("a plan takes no weights")
                    .isFalse();
            assertThat(good("model", "org/tiny").out())
                    .contains("2 tensors", "commit " + commit, folder.resolve("hf/hub/models--org--tiny") + "");
        } finally {
            hub.stop(0);
        }
        nibble.with("HF_HUB_OFFLINE", "1");
        assertThat(good("tensors", "org/tiny").out()).contains("org/tiny: safetensors", DOWN);
        assertThat(nibble.json("model", "--json").get(1).path("name").asText()).isEqualTo("org/tiny");
        assertThat(good("model").out()).contains("org/tiny  of the hub (main at 01234567)");
        var other = nibble.run("tensors", "org/other");
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err()).contains("org/other is not in the cache", "HF_HUB_OFFLINE");
        assertThat(nibble.run("model", "org/tiny", "--remove").err()).contains("shared with other programs");
    }

    private static Map<String, Object> sibling(String name, byte[] content) throws NoSuchAlgorithmException {
        Map<String, Object> lfs = Map.of("sha256", sha256(content), "size", content.length);
        return Map.of("rfilename", name, "size", content.length, "blobId", "", "lfs", lfs);
    }

    private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
