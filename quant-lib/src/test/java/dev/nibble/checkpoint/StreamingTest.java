package dev.nibble.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.format.Formats;
import dev.nibble.tensor.Matrix;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tensor that is larger than the memory there is, quantized and decoded in a JVM of its own with a small heap. */
class StreamingTest {
    private static final int COLS = 4096;
    private static final int ROWS = 12_000; // 49 million weights: 197 MB in float32
    private static final int HEAP_MB = 128;

    @TempDir
    Path folder;

    @Test
    void aTensorLargerThanTheHeapGoesThrough() throws IOException, InterruptedException {
        assertThat(4L * ROWS * COLS).isGreaterThan(HEAP_MB * 1_000_000L * 3 / 2);
        Path in = folder.resolve("large.safetensors");
        String header = "{\"model.layers.0.w\":{\"dtype\":\"BF16\",\"shape\":[" + ROWS + "," + COLS
                + "],\"data_offsets\":[0," + 2L * ROWS * COLS + "]}} ";
        int[] rowsWithNumbers = {0, 1023, 1024, 6001, ROWS - 1};
        try (RandomAccessFile file = new RandomAccessFile(in.toFile(), "rw")) {
            byte[] json = header.getBytes(StandardCharsets.UTF_8);
            file.writeLong(Long.reverseBytes(json.length));
            file.write(json);
            file.setLength(8 + json.length + 2L * ROWS * COLS); // holes: zeros that take no disk
            for (int row : rowsWithNumbers) {
                file.seek(8 + json.length + 2L * row * COLS);
                file.write(row(row));
            }
        }
        Path small = folder.resolve("small.gguf");
        fork("quantize", in, small);
        Path plain = folder.resolve("plain.safetensors");
        fork("dequantize", small, plain);

        try (Checkpoint before = Checkpoint.open(in);
                Checkpoint after = Checkpoint.open(plain)) {
            assertThat(after.tensor("model.layers.0.w").shape()).containsExactly(ROWS, COLS);
            for (int row : rowsWithNumbers) {
                Matrix w = before.rows("model.layers.0.w", row, 1, Progress.NONE);
                assertThat(w.values()).isNotEqualTo(new float[COLS]);
                assertThat(after.rows("model.layers.0.w", row, 1, Progress.NONE).values())
                        .isEqualTo(
                                Formats.parse("q4_0").quantize(w).dequantize().values());
            }
        }
    }

    private static byte[] row(int row) {
        byte[] bytes = new byte[2 * COLS];
        for (int i = 0; i < COLS; i++) {
            int bits = Float.floatToIntBits((float) StrictMath.sin(i * 0.37 + row)) >>> 16;
            bytes[2 * i] = (byte) bits;
            bytes[2 * i + 1] = (byte) (bits >>> 8);
        }
        return bytes;
    }

    private void fork(String what, Path in, Path out) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MB + "m",
                "--add-modules=jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                what,
                in.toString(),
                out.toString()));
        Path log = folder.resolve("log.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    }

    /** What the other JVM runs. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            try (Checkpoint in = Checkpoint.open(Path.of(arguments[1]))) {
                Path out = Path.of(arguments[2]);
                if (arguments[0].equals("quantize")) {
                    FileQuantizer.plan(in, out, FileQuantizer.Options.of(ModelRecipe.parse("q4_0")))
                            .run(Progress.NONE);
                } else {
                    FileDequantizer.run(in, out, false, Progress.NONE);
                }
            }
        }
    }
}
