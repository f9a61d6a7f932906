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
        Path file = folder.resolve("c64.safetensors");
        Files.write(file, join(head("{" + entry("w", "C64", "2", 0, 16) + "}"), new byte[16]));
        try (Checkpoint c = Checkpoint.open(file)) {
            assertThat(c.tensors().getFirst()).hasToString("w C64 [2]");
            assertThatThrownBy(() -> c.matrix("w"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("C64")
                    .hasMessageContaining("Q4_0");
        }
    }

    @Test
    void readsTheSmallFloatsOfSafetensors() throws IOException {
        // 1, 2 and −1.5 or the nearest there is, by the definition of each type; 0xff of E8M0 and 0x80 of FNUZ are NaN.
        byte[] data = {
            0x38,
            0x40,
            (byte) 0xbc, // F8_E4M3
            0x3c,
            0x40,
            (byte) 0xbe, // F8_E5M2
            0x7f,
            (byte) 0x80,
            (byte) 0xff, // F8_E8M0
            0x40,
            0x48,
            (byte) 0x80, // F8_E4M3FNUZ
            0x40,
            0x44,
            (byte) 0x80, // F8_E5M2FNUZ
            (byte) 0x08,
            (byte) 0xc4,
            (byte) 0x02, // F6_E2M3: 1, 2, −1.5, 0 as 001000 010000 101100 000000
            (byte) 0x0c,
            (byte) 0xe4,
            (byte) 0x02, // F6_E3M2: 1, 2, −1.5, 0 as 001100 010000 101110 000000
            0x42,
            0x0b // F4: 1, 2, −1.5, 0
        };
        String header = "{" + entry("a", "F8_E4M3", "3", 0, 3) + "," + entry("b", "F8_E5M2", "3", 3, 6) + ","
                + entry("c", "F8_E8M0", "3", 6, 9) + "," + entry("d", "F8_E4M3FNUZ", "3", 9, 12) + ","
                + entry("e", "F8_E5M2FNUZ", "3", 12, 15) + "," + entry("f", "F6_E2M3", "4", 15, 18) + ","
                + entry("g", "F6_E3M2", "4", 18, 21) + "," + entry("h", "F4", "4", 21, 23) + "}";
        Path file = folder.resolve("small.safetensors");
        Files.write(file, join(head(header), data));
        try (Checkpoint c = Checkpoint.open(file)) {
            assertThat(c.matrix("a").values()).containsExactly(1, 2, -1.5f);
            assertThat(c.matrix("b").values()).containsExactly(1, 2, -1.5f);
            assertThat(c.matrix("c").values()).containsExactly(1, 2, Float.NaN);
            assertThat(c.matrix("d").values()).containsExactly(1, 2, Float.NaN);
            assertThat(c.matrix("e").values()).containsExactly(1, 2, Float.NaN);
            assertThat(c.matrix("f").values()).containsExactly(1, 2, -1.5f, 0);
            assertThat(c.matrix("g").values()).containsExactly(1, 2, -1.5f, 0);
            assertThat(c.matrix("h").values()).containsExactly(1, 2, -1.5f, 0);
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
