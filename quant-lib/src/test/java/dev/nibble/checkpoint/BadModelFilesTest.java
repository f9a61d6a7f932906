package dev.nibble.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.Vectors;
import dev.nibble.tensor.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small malformed and borderline files with the verdicts of ggml, gguf-py and safetensors: what all of them reject we
 * reject, what is valid we read, and where they are too kind we follow the list below. The file holds 80 cases, 48 GGUF
 * and 32 safetensors; the rest of those that were tried were not kept by whoever made it.
 */
class BadModelFilesTest {
    /** Read by ggml by mistake; each would hide tampering or break its reader later. */
    private static final Set<String> STRICTER_THAN_GGML = Set.of(
            "key not utf8",
            "key with NUL",
            "bool=2",
            "name empty",
            "ne 2^32 x 2^32",
            "cum overflow 2x2^62 I8",
            "short data");

    @TempDir
    Path folder;

    record Case(String kind, String name, byte[] bytes, boolean valid) {
        @Override
        public String toString() {
            return kind + ": " + name;
        }
    }

    static Stream<Case> cases() {
        JsonNode all = Vectors.read("bad-model-files.json");
        Stream<Case> gguf = stream(all.get("gguf"))
                .map(c -> new Case("gguf", name(c), bytes(c), accepted(c) && !STRICTER_THAN_GGML.contains(name(c))));
        Stream<Case> safetensors =
                stream(all.get("safetensors")).map(c -> new Case("safetensors", name(c), bytes(c), accepted(c)));
        return Stream.concat(gguf, safetensors);
    }

    private static Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    private static String name(JsonNode c) {
        return c.get("name").asText();
    }

    /** ggml is the reference for GGUF, the Rust library for safetensors. */
    private static boolean accepted(JsonNode c) {
        String verdict = c.has("ggml_0_21_noalloc")
                ? c.get("ggml_0_21_noalloc").asText()
                : c.get("safetensors_0_8").asText();
        return verdict.equals("ACCEPT");
    }

    private static byte[] bytes(JsonNode c) {
        if (!c.get("hex").isNull()) {
            return HexFormat.of().parseHex(c.get("hex").asText());
        }
        assertThat(name(c)).isEqualTo("deep nesting");
        return safetensors("{\"a\":" + "[".repeat(200_000), new byte[0]);
    }

    private static byte[] safetensors(String header, byte[] data) {
        byte[] json = header.getBytes(UTF_8);
        return ByteBuffer.allocate(8 + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .array();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isReadOrRefusedWithAnErrorThatNamesTheFile(Case c) throws IOException {
        Path file = write("model." + c.kind, c.bytes);
        if (c.valid) {
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                for (TensorInfo tensor : checkpoint.tensors()) {
                    assertThat(tensor.offset() + tensor.bytes()).isLessThanOrEqualTo(c.bytes.length);
                    if (Decoders.of(tensor.type()) != null) {
                        assertThat(checkpoint.matrix(tensor.name()).size()).isEqualTo((int) tensor.count());
                    }
                }
            }
        } else {
            assertThatThrownBy(() -> Checkpoint.open(file))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("model." + c.kind);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void endsAtAnyByteWithoutHarm(Case c) throws IOException {
        for (int length = 0; length < Math.min(c.bytes.length, 200); length += c.valid ? 1 : 9) {
            readOrRefuse(write("cut." + c.kind, Arrays.copyOf(c.bytes, length)));
        }
    }

    @Test
    void everyFieldMayHoldAnything() throws IOException {
        long[] extremes = {
            0,
            1,
            31,
            64,
            255,
            Integer.MAX_VALUE,
            1L << 31,
            0xffffffffL,
            1L << 32,
            1L << 61,
            Long.MAX_VALUE,
            1L << 63,
            -1
        };
        Set<String> everywhere = Set.of("valid F32[16]", "alignment 1", "valid", "F6 x4");
        for (Case c : cases().filter(c -> c.valid && c.bytes.length > 8).toList()) {
            int step = everywhere.contains(c.name) ? 1 : 11; // every byte of four files, some of the others
            for (int at = 0; at <= Math.min(c.bytes.length, 200) - 8; at += step) {
                for (long extreme : extremes) {
                    byte[] wide = c.bytes.clone();
                    ByteBuffer.wrap(wide).order(ByteOrder.LITTLE_ENDIAN).putLong(at, extreme);
                    readOrRefuse(write("fuzz." + c.kind, wide));
                }
            }
        }
    }

    private static void readOrRefuse(Path file) {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            for (TensorInfo tensor : checkpoint.tensors()) {
                if (Decoders.of(tensor.type()) != null) {
                    checkpoint.matrix(tensor.name());
                }
            }
        } catch (CheckpointException e) {
            assertThat(e).hasMessageContaining(file.getFileName().toString());
        }
    }

    @Test
    void duplicateTensorsOfSafetensorsAreRefusedThoughTheReferenceTakesTheLast() throws IOException {
        String tensor = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
        Path file = write("two.safetensors", safetensors("{\"a\":" + tensor + ",\"a\":" + tensor + "}", new byte[4]));
        assertThatThrownBy(() -> Checkpoint.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("two.safetensors")
                .hasMessageContaining("\"a\"")
                .hasMessageContaining("twice");
    }

    @Test
    void unknownFieldsAreReadWithAWarning() throws IOException {
        String tensor = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"extra\":{\"x\":[1]}}";
        try (Checkpoint c =
                Checkpoint.open(write("x.safetensors", safetensors("{\"a\":" + tensor + "}", new byte[4])))) {
            assertThat(c.warnings()).singleElement().asString().contains("extra");
            assertThat(c.tensors()).hasSize(1);
        }
    }

    @Test
    void picklesAreRefusedUnread() throws IOException {
        Path zip = write("model.bin", new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, '{', '}'});
        assertThatThrownBy(() -> Checkpoint.open(zip))
                .hasMessageContaining("pickle")
                .hasMessageContaining("safetensors");
        Path pickle = write("model.pt", new byte[] {(byte) 0x80, 2, 0, 0, 0, 0, 0, 0, '{', '}'});
        assertThatThrownBy(() -> Checkpoint.open(pickle)).hasMessageContaining("pickle");
    }

    @Test
    void aTruncatedFileSaysWhereItEnds() throws IOException {
        Case shortData =
                cases().filter(c -> c.name.equals("short data")).findFirst().orElseThrow();
        Path file = write("short.gguf", shortData.bytes);
        assertThatThrownBy(() -> Checkpoint.open(file))
                .hasMessage("short.gguf: tensor \"a\" ends at byte 128, but the file has 124: it is truncated;"
                        + " download it again");
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }
}
