package dev.nibble.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.Progress;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointWriterTest {
    private static final List<NewTensor> TENSORS = List.of(
            new NewTensor("bytes", DType.U8, 3),
            new NewTensor("blk.0.weight", DType.F32, 2, 3),
            new NewTensor("half \"quoted\" grüß", DType.F16, 5),
            new NewTensor("one", DType.F64),
            new NewTensor("nothing", DType.F32, 0, 4));

    @TempDir
    Path folder;

    @Test
    void safetensorsComeBackAsTheyWereWritten() throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put("a \"key\"", "zwei\nZeilen");
        CheckpointWriter.Head head = SafetensorsWriter.head(metadata, TENSORS);
        Path file = folder.resolve("new.safetensors");
        Map<String, byte[]> content = write(file, head);

        try (Checkpoint read = Checkpoint.open(file)) {
            assertThat(read.warnings()).isEmpty();
            assertThat(read.metadata()).containsExactlyInAnyOrderEntriesOf(new LinkedHashMap<>(metadata));
            assertComesBack(read, content);
            for (TensorInfo t : read.tensors()) {
                assertThat(t.offset() % t.type().blockBytes())
                        .as("%s begins at a multiple of its element", t)
                        .isZero();
            }
        }
        assertThat(Files.size(file)).isEqualTo(head.size());
    }

    @Test
    void ggufComesBackAsItWasWrittenPaddedToItsAlignment() throws IOException {
        List<NewTensor> tensors = List.of(
                new NewTensor("blk.0.weight", DType.Q4_0, 2, 64),
                new NewTensor("norm", DType.F32, 7),
                new NewTensor("k", DType.Q6_K, 1, 256));
        List<GgufEntry> entries = List.of(
                GgufEntry.text("general.architecture", "llama"),
                GgufEntry.u32("general.alignment", 64),
                GgufEntry.f32("x.y", 0.5f),
                GgufEntry.bool("x.b", true),
                GgufEntry.texts("x.texts", List.of("a", "", "grüß")));
        CheckpointWriter.Head head = GgufWriter.head(entries, tensors);
        Path file = folder.resolve("new.gguf");
        Map<String, byte[]> content = write(file, head);

        try (Checkpoint read = Checkpoint.open(file)) {
            assertThat(read.kind()).isEqualTo("GGUF 3");
            assertThat(read.warnings()).isEmpty();
            assertThat(read.metadata())
                    .containsExactly(
                            Map.entry("general.architecture", "llama"),
                            Map.entry("general.alignment", 64L),
                            Map.entry("x.y", 0.5f),
                            Map.entry("x.b", true),
                            Map.entry("x.texts", List.of("a", "", "grüß")));
            assertThat(read.tensors()).extracting(TensorInfo::name).containsExactly("blk.0.weight", "norm", "k");
            assertThat(read.tensors()).allMatch(t -> t.offset() % 64 == 0);
            assertThat(Files.size(file) % 64).isZero();
            assertComesBack(read, content);

            // The keys of a file that was read go into another one byte by byte.
            CheckpointWriter.Head copy = GgufWriter.head(GgufEntry.of(read), tensors);
            assertThat(copy.bytes()).isEqualTo(head.bytes());
        }
    }

    private Map<String, byte[]> write(Path file, CheckpointWriter.Head head) {
        Map<String, byte[]> content = new LinkedHashMap<>();
        Random random = new Random(5);
        try (var out = CheckpointWriter.create(file, head, false, List.of())) {
            for (TensorInfo t : head.tensors().reversed()) { // any order
                byte[] bytes = new byte[(int) t.bytes()];
                random.nextBytes(bytes);
                content.put(t.name(), bytes);
                TensorSink sink = out.tensor(t.name());
                int half = bytes.length / 2;
                sink.put(half, ByteBuffer.wrap(bytes, half, bytes.length - half));
                sink.put(0, ByteBuffer.wrap(bytes, 0, half));
                assertThat(sink.missing()).isZero();
            }
            out.finish();
        }
        return content;
    }

    private static void assertComesBack(Checkpoint read, Map<String, byte[]> content) {
        assertThat(read.tensors()).hasSize(content.size());
        for (TensorInfo t : read.tensors()) {
            assertThat(read.stored(t.name(), 0, (int) t.bytes())).isEqualTo(content.get(t.name()));
        }
    }

    @Test
    void whatIsNotFinishedLeavesNothing() {
        CheckpointWriter.Head head = SafetensorsWriter.head(Map.of(), TENSORS);
        try (var out = CheckpointWriter.create(folder.resolve("x.safetensors"), head, false, List.of())) {
            out.tensor("bytes").append(new byte[2]);
            assertThat(folder).isNotEmptyDirectory();
            assertThatThrownBy(out::finish)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("\"one\"");
            assertThatThrownBy(() -> out.tensor("bytes").append(new byte[2]))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> out.tensor("other")).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFileThatIsThereStaysUnlessItIsToBeReplaced() throws IOException {
        Path file = Files.writeString(folder.resolve("x.safetensors"), "precious");
        CheckpointWriter.Head head = SafetensorsWriter.head(Map.of(), List.of());
        assertThatThrownBy(() -> CheckpointWriter.create(file, head, false, List.of()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("x.safetensors exists already")
                .hasMessageContaining("--force");
        try (var abandoned = CheckpointWriter.create(file, head, true, List.of())) {
            assertThat(abandoned).isNotNull();
        }
        assertThat(file).hasContent("precious");
        try (var out = CheckpointWriter.create(file, head, true, List.of())) {
            out.finish();
        }
        try (Checkpoint read = Checkpoint.open(file)) {
            assertThat(read.tensors()).isEmpty();
        }
        assertThat(folder.toFile().list()).containsExactly("x.safetensors");
    }

    @Test
    void aFileThatAppearsDuringTheWorkIsLeftAlone() throws IOException {
        Path file = folder.resolve("x.safetensors");
        CheckpointWriter.Head head = SafetensorsWriter.head(Map.of(), List.of());
        try (var out = CheckpointWriter.create(file, head, false, List.of())) {
            Files.writeString(file, "someone else's");
            assertThatThrownBy(out::finish).isInstanceOf(CheckpointException.class);
        }
        assertThat(file).hasContent("someone else's");
        assertThat(folder.toFile().list()).containsExactly("x.safetensors");
    }

    @Test
    void placesThatCanNotBeWrittenAreNamedBeforeTheWork() throws IOException {
        Path input = Files.writeString(folder.resolve("in.gguf"), "x");
        Path link = Files.createSymbolicLink(folder.resolve("link.gguf"), input);
        CheckpointWriter.Head head = SafetensorsWriter.head(Map.of(), List.of());
        for (Path same : List.of(input, link, folder.resolve("./in.gguf"))) {
            assertThatThrownBy(() -> CheckpointWriter.create(same, head, true, List.of(input)))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("is the file that is read");
        }
        assertThatThrownBy(() -> CheckpointWriter.check(folder.resolve("no/x.gguf"), true, List.of()))
                .hasMessageContaining("there is no folder");
        assertThatThrownBy(() -> CheckpointWriter.check(input.resolve("x.gguf"), true, List.of()))
                .hasMessageContaining("is not a folder");
        assertThatThrownBy(() -> CheckpointWriter.check(folder, true, List.of()))
                .hasMessageContaining("it is a folder");
        assertThatThrownBy(() -> CheckpointWriter.check(Path.of("/dev/null"), true, List.of()))
                .hasMessageContaining("device");
        var huge = SafetensorsWriter.head(Map.of(), List.of(new NewTensor("w", DType.F32, 1L << 40, 1 << 20)));
        assertThatThrownBy(() -> CheckpointWriter.create(folder.resolve("huge.safetensors"), huge, true, List.of()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("has room for");
        assertThat(input).hasContent("x");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("in.gguf", "link.gguf");
    }

    @Test
    void aLinkStaysALinkAndItsFileIsReplaced() throws IOException {
        Path real = Files.writeString(folder.resolve("real.safetensors"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link.safetensors"), real);
        try (var out = CheckpointWriter.create(link, SafetensorsWriter.head(Map.of(), List.of()), true, List.of())) {
            out.finish();
        }
        assertThat(link).isSymbolicLink();
        assertThat(Files.size(real)).isEqualTo(16);
    }

    @Test
    void whatReadersWouldRefuseIsNotWritten() {
        NewTensor w = new NewTensor("w", DType.F32, 2, 2);
        assertThatThrownBy(() -> SafetensorsWriter.head(Map.of(), List.of(w, w)))
                .hasMessageContaining("\"w\"");
        assertThatThrownBy(() -> SafetensorsWriter.head(Map.of(), List.of(new NewTensor("__metadata__", DType.F32))))
                .hasMessageContaining("__metadata__");
        assertThatThrownBy(() -> SafetensorsWriter.head(Map.of(), List.of(new NewTensor("w", DType.Q4_0, 1, 32))))
                .hasMessageContaining("safetensors has no type Q4_0");
        assertThatThrownBy(() -> GgufWriter.head(List.of(), List.of(w, w))).hasMessageContaining("\"w\"");
        assertThatThrownBy(() -> GgufWriter.head(List.of(), List.of(new NewTensor("w", DType.U8, 2))))
                .hasMessageContaining("GGUF has no type U8");
        assertThatThrownBy(() -> GgufWriter.head(List.of(), List.of(new NewTensor("w".repeat(64), DType.F32, 2))))
                .hasMessageContaining("64 bytes");
        assertThatThrownBy(() -> GgufWriter.head(List.of(), List.of(new NewTensor("w", DType.F32, 1, 1, 1, 1, 1))))
                .hasMessageContaining("5 dimensions");
        assertThatThrownBy(() -> GgufWriter.head(List.of(), List.of(new NewTensor("w", DType.Q4_0, 32, 2))))
                .hasMessageContaining("rows of 2");
        GgufEntry key = GgufEntry.u32("k", 1);
        assertThatThrownBy(() -> GgufWriter.head(List.of(key, key), List.of())).hasMessageContaining("\"k\"");
        assertThatThrownBy(() -> GgufWriter.head(List.of(GgufEntry.u32("general.alignment", 24)), List.of()))
                .hasMessageContaining("power of two");
        assertThatThrownBy(() -> new NewTensor("w", DType.F32, 1L << 62, 4).bytes())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void storedBytesAreReadWithinTheirTensorOnly() {
        Path file = folder.resolve("b.safetensors");
        Map<String, byte[]> content = write(file, SafetensorsWriter.head(Map.of(), TENSORS));
        try (Checkpoint read = Checkpoint.open(file)) {
            assertThat(read.stored("blk.0.weight", 4, 8))
                    .isEqualTo(java.util.Arrays.copyOfRange(content.get("blk.0.weight"), 4, 12));
            assertThatThrownBy(() -> read.stored("blk.0.weight", 20, 5)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> read.stored("blk.0.weight", -1, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThat(Weights.of(read).get("one").rows(0, 1, Progress.NONE).size())
                    .isEqualTo(1);
        }
    }
}
