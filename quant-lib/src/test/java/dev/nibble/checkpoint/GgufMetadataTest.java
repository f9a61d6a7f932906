package dev.nibble.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufMetadataTest {
    @TempDir
    Path folder;

    private final ByteBuffer out = ByteBuffer.allocate(10_000).order(ByteOrder.LITTLE_ENDIAN);
    private int keys;

    @Test
    void readsEveryKindOfValueAndOfArray() throws IOException {
        key("u8", 0).put((byte) 200);
        key("i8", 1).put((byte) -3);
        key("u16", 2).putShort((short) 60_000);
        key("i16", 3).putShort((short) -3);
        key("u32", 4).putInt((int) 4_000_000_000L);
        key("i32", 5).putInt(-3);
        key("f32", 6).putFloat(1e-5f);
        key("bool", 7).put((byte) 1);
        text(key("text", 8), "grüß 😀");
        key("u64", 10).putLong(-1);
        key("i64", 11).putLong(-3);
        key("f64", 12).putDouble(0.1);
        array("a.u8", 0, 2).put((byte) 200).put((byte) 1);
        array("a.i8", 1, 1).put((byte) -3);
        array("a.u16", 2, 1).putShort((short) 60_000);
        array("a.i16", 3, 1).putShort((short) -3);
        array("a.u32", 4, 1).putInt((int) 4_000_000_000L);
        array("a.i32", 5, 1).putInt(-3);
        array("a.f32", 6, 1).putFloat(1e-5f);
        array("a.bool", 7, 2).put((byte) 0).put((byte) 1);
        ByteBuffer texts = array("a.text", 8, 2);
        text(texts, "");
        text(texts, "x");
        array("a.u64", 10, 2).putLong(5).putLong(-1);
        array("a.i64", 11, 1).putLong(-3);
        array("a.f64", 12, 1).putDouble(0.1);
        array("a.empty", 5, 0);
        BigInteger all = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
        try (Checkpoint c = Checkpoint.open(write())) {
            Map<String, Object> m = c.metadata();
            assertThat(m)
                    .containsEntry("u8", 200L)
                    .containsEntry("i8", -3L)
                    .containsEntry("u16", 60_000L)
                    .containsEntry("i16", -3L)
                    .containsEntry("u32", 4_000_000_000L)
                    .containsEntry("i32", -3L)
                    .containsEntry("f32", 1e-5f)
                    .containsEntry("bool", true)
                    .containsEntry("text", "grüß 😀")
                    .containsEntry("u64", all)
                    .containsEntry("i64", -3L)
                    .containsEntry("f64", 0.1)
                    .containsEntry("a.u8", List.of(200L, 1L))
                    .containsEntry("a.i8", List.of(-3L))
                    .containsEntry("a.u16", List.of(60_000L))
                    .containsEntry("a.i16", List.of(-3L))
                    .containsEntry("a.u32", List.of(4_000_000_000L))
                    .containsEntry("a.i32", List.of(-3L))
                    .containsEntry("a.f32", List.of(1e-5f))
                    .containsEntry("a.bool", List.of(false, true))
                    .containsEntry("a.text", List.of("", "x"))
                    .containsEntry("a.u64", List.of(5L, all))
                    .containsEntry("a.i64", List.of(-3L))
                    .containsEntry("a.f64", List.of(0.1))
                    .containsEntry("a.empty", List.of());
            assertThat(m.keySet()).first().isEqualTo("u8");
            assertThatThrownBy(() -> m.put("x", 1)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> ((List<?>) m.get("a.u8")).removeFirst())
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void aKeyThatOccursTwiceIsRefused() throws IOException {
        key("k", 0).put((byte) 1);
        key("k", 0).put((byte) 2);
        Path file = write();
        assertThatThrownBy(() -> Checkpoint.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("made.gguf: key \"k\", at byte 38: the key occurs twice");
    }

    @Test
    void aCountThatTheFileCanNotHoldIsRefusedBeforeRoomIsMade() throws IOException {
        array("k", 8, 1_000_000_000L);
        Path file = write();
        assertThatThrownBy(() -> Checkpoint.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("made.gguf: key \"k\"")
                .hasMessageContaining("1,000,000,000");
    }

    private ByteBuffer key(String name, int type) {
        keys++;
        text(out, name);
        return out.putInt(type);
    }

    private ByteBuffer array(String name, int type, long count) {
        return key(name, 9).putInt(type).putLong(count);
    }

    private static void text(ByteBuffer to, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        to.putLong(bytes.length).put(bytes);
    }

    private Path write() throws IOException {
        byte[] head = ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("GGUF".getBytes(UTF_8))
                .putInt(3)
                .putLong(0)
                .putLong(keys)
                .array();
        byte[] all = Arrays.copyOf(head, 24 + out.position());
        System.arraycopy(out.array(), 0, all, 24, out.position());
        return Files.write(folder.resolve("made.gguf"), all);
    }
}
