package dev.nibble.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.Progress;
import dev.nibble.tensor.DType;
import dev.nibble.tensor.Matrix;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    @TempDir
    Path folder;

    @Test
    void aSparseFileOf100GigabytesListsInUnderASecond() throws IOException {
        long rows = 25_000_000;
        long data = rows * 1000 * 4;
        String header =
                "{\"huge\":{\"dtype\":\"F32\",\"shape\":[" + rows + ",1000],\"data_offsets\":[0," + data + "]}}";
        Path file = folder.resolve("huge.safetensors");
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(head(header));
            out.setLength(8 + header.length() + data); // a hole: nothing is written
            out.seek(out.length() - 4);
            out.write(new byte[] {0, 0, (byte) 0x80, 0x3f}); // 1.0f
        }
        long start = System.nanoTime();
        try (Checkpoint c = Checkpoint.open(file)) {
            assertThat(c.tensors()).singleElement().satisfies(t -> {
                assertThat(t.bytes()).isEqualTo(100_000_000_000L);
                assertThat(t.shape()).containsExactly(rows, 1000);
            });
            assertThat(System.nanoTime() - start).isLessThan(1_000_000_000L);
            // It does not fit a matrix; its last row does.
            assertThatThrownBy(() -> c.matrix("huge"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("huge.safetensors")
                    .hasMessageContaining("25,000,000,000 values");
            Matrix last = c.rows("huge", rows - 1, 1, Progress.NONE);
            assertThat(last.cols()).isEqualTo(1000);
            assertThat(last.get(0, 998)).isZero();
            assertThat(last.get(0, 999)).isEqualTo(1);
            assertThatThrownBy(() -> c.rows("huge", rows, 1, Progress.NONE))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aTensorLargerThanTheHeapIsAnErrorThatSaysSo() throws IOException {
        long count = Math.min(Runtime.getRuntime().maxMemory() / 4 + 1_000_000, Integer.MAX_VALUE - 100);
        String header = "{\"w\":{\"dtype\":\"BF16\",\"shape\":[" + count + "],\"data_offsets\":[0," + 2 * count + "]}}";
        Path file = folder.resolve("big.safetensors");
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(head(header));
            out.setLength(8 + header.length() + 2 * count);
        }
        try (Checkpoint c = Checkpoint.open(file)) {
            assertThatThrownBy(() -> c.matrix("w"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("-Xmx");
        }
    }

    @Test
    void readsThePlainTypesOfSafetensors() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putFloat(1.5f).putFloat(-2); // F32 [2]
        data.putShort((short) 0x3e00).putShort((short) 0xc000); // F16: 1.5, -2
        data.putShort((short) 0x3fc0).putShort((short) 0xc000); // BF16: 1.5, -2
        data.putDouble(0.1); // F64
        data.put((byte) -3).put((byte) 200); // I8, U8
        String header = "{\"__metadata__\":{\"format\":\"pt\"},"
                + entry("f32", "F32", "2", 0, 8) + "," + entry("f16", "F16", "1,2", 8, 12) + ","
                + entry("bf16", "BF16", "2,1", 12, 16) + "," + entry("f64", "F64", "", 16, 24) + ","
                + entry("i8", "I8", "1", 24, 25) + "," + entry("u8", "U8", "1,1,1", 25, 26) + "}";
        Path file = folder.resolve("plain.safetensors");
        Files.write(file, join(head(header), java.util.Arrays.copyOf(data.array(), 26)));
        try (Checkpoint c = Checkpoint.open(file)) {
            assertThat(c.kind()).isEqualTo("safetensors");
            assertThat(c.metadata()).containsEntry("format", "pt");
            assertThat(c.matrix("f32").row(0)).containsExactly(1.5f, -2);
            assertThat(c.matrix("f16").row(0)).containsExactly(1.5f, -2);
            assertThat(c.matrix("bf16").rows()).isEqualTo(2);
            assertThat(c.matrix("bf16").values()).containsExactly(1.5f, -2);
            assertThat(c.matrix("f64").values()).containsExactly(0.1f);
            assertThat(c.matrix("i8").values()).containsExactly(-3);
            assertThat(c.matrix("u8").values()).containsExactly(200);
            assertThat(c.tensor("f16").type()).isEqualTo(DType.F16);
            assertThat(c.tensor("f64").shape()).isEmpty();
            assertThatThrownBy(() -> c.matrix("f33"))
                    .hasMessageContaining("plain.safetensors")
                    .hasMessageContaining("did you mean \"f32\"");
        }
    }

    @Test
    void aTypeThatCanNotBeReadIsListedAndSaysSoWhenAsked() throws IOException {
        Path file = folder.resolve("f8.safetensors");
        Files.write(file, join(head("{" + entry("w", "F8_E4M3", "2", 0, 2) + "}"), new byte[2]));
        try (Checkpoint c = Checkpoint.open(file)) {
            assertThat(c.tensors().getFirst()).hasToString("w F8_E4M3 [2]");
            assertThatThrownBy(() -> c.matrix("w"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("F8_E4M3")
                    .hasMessageContaining("Q4_0");
        }
    }

    @Test
    void whatWasReadStaysAndWhatIsClosedSaysSo() throws IOException {
        Path file = folder.resolve("w.safetensors");
        Files.write(file, join(head("{" + entry("w", "F32", "1", 0, 4) + "}"), new byte[] {0, 0, (byte) 0x80, 0x3f}));
        Checkpoint c = Checkpoint.open(file);
        Matrix w = c.matrix("w");
        c.close();
        c.close();
        assertThat(w.get(0, 0)).isEqualTo(1);
        assertThat(c.tensors()).hasSize(1);
        assertThatThrownBy(() -> c.matrix("w"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void missingFilesAndFoldersAndOtherFilesAreNamed() throws IOException {
        assertThatThrownBy(() -> Checkpoint.open(folder)).hasMessageContaining("folder");
        assertThatThrownBy(() -> Checkpoint.open(folder.resolve("no.gguf")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("no.gguf")
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> Checkpoint.open(Path.of("/dev/zero")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("device");
        Path text = Files.writeString(folder.resolve("notes.txt"), "hello, this is no model");
        assertThatThrownBy(() -> Checkpoint.open(text)).hasMessageContaining("neither");
    }

    private static String entry(String name, String type, String shape, int from, int to) {
        return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":[" + shape + "],\"data_offsets\":[" + from + ","
                + to + "]}";
    }

    private static byte[] head(String header) {
        byte[] json = header.getBytes(UTF_8);
        return ByteBuffer.allocate(8 + json.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
