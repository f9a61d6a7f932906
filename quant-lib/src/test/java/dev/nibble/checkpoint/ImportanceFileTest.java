package dev.nibble.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportanceFileTest {
    @TempDir
    Path folder;

    @Test
    void ggufHoldsSumsAndCounts() throws IOException {
        Path file = gguf(Map.of(
                "blk.0.ffn_down.weight", new float[][] {{2, 3, 0}, {4}},
                "blk.0.ffn_up_exps.weight", new float[][] {{2, 4, 6, 8, 1, 1}, {2, 4, 0}}));
        try (ImportanceFile importance = ImportanceFile.open(file)) {
            assertThat(importance.names())
                    .containsExactlyInAnyOrder("blk.0.ffn_down.weight", "blk.0.ffn_up_exps.weight");
            assertThat(importance.of("blk.0.ffn_down.weight").orElseThrow().columns())
                    .containsExactly(0.5f, 0.75f, 0);
            assertThat(importance.of("blk.1.ffn_down.weight")).isEmpty();
            // three experts; the last was never used, so its columns all count the same, as llama-quantize has it
            assertThat(importance.experts("blk.0.ffn_up_exps.weight"))
                    .extracting(i -> i.columns())
                    .containsExactly(new float[] {1, 2}, new float[] {1.5f, 2}, new float[] {1, 1});
            assertThatThrownBy(() -> importance.of("blk.0.ffn_up_exps.weight"))
                    .hasMessageContaining("imatrix.gguf")
                    .hasMessageContaining("3 matrices");
        }
    }

    @Test
    void theOlderFileHoldsMeansTimesCalls() throws IOException {
        ByteBuffer out =
                ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
        legacy(out, "blk.0.attn_q.weight", 4, 2, 6, 0);
        legacy(out, "blk.0.attn_k.weight", 0, 7, 8);
        out.putInt(12).putInt(4).put("wiki".getBytes(UTF_8));
        Path file = folder.resolve("imatrix.dat");
        byte[] bytes = Arrays.copyOf(out.array(), out.position());
        Files.write(file, bytes);
        try (ImportanceFile importance = ImportanceFile.open(file)) {
            assertThat(importance.names()).containsExactly("blk.0.attn_q.weight", "blk.0.attn_k.weight");
            assertThat(importance.of("blk.0.attn_q.weight").orElseThrow().columns())
                    .containsExactly(0.5f, 1.5f, 0);
            assertThat(importance.of("blk.0.attn_k.weight").orElseThrow().columns())
                    .containsExactly(7, 8);
        }
        // Whatever is missing at its end: an error that names the file, or only the part after the entries is gone.
        for (int length = 0; length < bytes.length; length++) {
            Path cut = Files.write(folder.resolve("cut.dat"), Arrays.copyOf(bytes, length));
            try (ImportanceFile read = ImportanceFile.open(cut)) {
                assertThat(length).isGreaterThanOrEqualTo(bytes.length - 12);
                assertThat(read.names()).hasSize(2);
            } catch (CheckpointException e) {
                assertThat(e).hasMessageContaining("cut.dat");
                assertThat(length).isLessThan(bytes.length - 12);
            }
        }
    }

    @Test
    void numbersInTheOlderFileAreNotTrusted() throws IOException {
        for (int[] odd : new int[][] {
            {-1, 3, 1, 1},
            {0, 3, 1, 1},
            {Integer.MAX_VALUE, 3, 1, 1},
            {1, -1, 1, 1},
            {1, Integer.MAX_VALUE, 1, 1},
            {1, 3, -1, 1},
            {1, 3, 1, -1},
            {1, 3, 1, 0},
            {1, 3, 1, Integer.MAX_VALUE}
        }) {
            ByteBuffer out = ByteBuffer.allocate(64)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(odd[0])
                    .putInt(odd[1])
                    .put("abc".getBytes(UTF_8))
                    .putInt(odd[2])
                    .putInt(odd[3]);
            Path file = Files.write(folder.resolve("odd.dat"), out.array());
            assertThatThrownBy(() -> ImportanceFile.open(file))
                    .as(Arrays.toString(odd))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("odd.dat");
        }
    }

    @Test
    void halfAPairOrOtherFilesAreRefusedWithTheReason() throws IOException {
        Path plain = write("plain.gguf", Map.of("w", new float[4]));
        assertThatThrownBy(() -> ImportanceFile.open(plain)).hasMessageContaining("in pairs");
        Path half = write("half.gguf", Map.of("w.in_sum2", new float[4]));
        assertThatThrownBy(() -> ImportanceFile.open(half)).hasMessageContaining("\"w.counts\"");
        Path uneven = write("uneven.gguf", Map.of("w.in_sum2", new float[4], "w.counts", new float[3]));
        assertThatThrownBy(() -> ImportanceFile.open(uneven)).hasMessageContaining("a sum per column");
        Path empty = write("empty.gguf", Map.of());
        assertThatThrownBy(() -> ImportanceFile.open(empty)).hasMessageContaining("no importance");
        Path text = Files.writeString(folder.resolve("notes.dat"), "hello, this is no importance");
        assertThatThrownBy(() -> ImportanceFile.open(text)).hasMessageContaining("notes.dat");
        assertThatThrownBy(() -> ImportanceFile.open(folder.resolve("no.dat"))).hasMessageContaining("no such file");

        Path odd = write("odd.gguf", Map.of("w.in_sum2", new float[] {1, -4}, "w.counts", new float[] {2}));
        try (ImportanceFile importance = ImportanceFile.open(odd)) {
            assertThatThrownBy(() -> importance.of("w"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("odd.gguf")
                    .hasMessageContaining("column 1 is -2");
        }
    }

    private static void legacy(ByteBuffer out, String name, int calls, float... values) {
        out.putInt(name.length()).put(name.getBytes(UTF_8)).putInt(calls).putInt(values.length);
        for (float v : values) {
            out.putFloat(v);
        }
    }

    /** Sums and counts by name. */
    private Path gguf(Map<String, float[][]> entries) throws IOException {
        Map<String, float[]> tensors = new LinkedHashMap<>();
        entries.forEach((name, both) -> {
            tensors.put(name + ".in_sum2", both[0]);
            tensors.put(name + ".counts", both[1]);
        });
        return write("imatrix.gguf", tensors);
    }

    private Path write(String name, Map<String, float[]> tensors) throws IOException {
        List<NewTensor> list = new ArrayList<>();
        tensors.forEach((n, values) -> list.add(new NewTensor(n, DType.F32, values.length)));
        Path file = folder.resolve(name);
        var head = GgufWriter.head(List.of(GgufEntry.text("general.type", "imatrix")), list);
        try (var out = CheckpointWriter.create(file, head, false, List.of())) {
            tensors.forEach((n, values) -> {
                ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(values);
                out.tensor(n).append(bytes);
            });
            out.finish();
        }
        return file;
    }
}
