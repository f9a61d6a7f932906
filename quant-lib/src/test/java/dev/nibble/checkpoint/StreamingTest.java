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
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tensor that is larger than the memory there is, quantized and decoded in a JVM of its own with a small heap. */
class StreamingTest {
    private static final int COLS = 4096;
    private static final int ROWS = 6_000; // 25 million weights: 98 MB in float32
    private static final int HEAP_MB = 64;

    private static final String NAME = "model.layers.0.mlp.down_proj.weight";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "q4_0 gguf parts",
                "nvfp4:ct safetensors parts", // a survey before the first byte, and three parts
                "nf4:b64:dq safetensors bnb", // scales of scales, an offset for the whole tensor
                "int4:hqq:g64:it1 safetensors hqq" // planes that lie over each other
            })
    void aTensorLargerThanTheHeapGoesThrough(String what) throws IOException, InterruptedException {
        String recipe = what.split(" ", -1)[0];
        String ending = what.split(" ", -1)[1];
        String layout = what.split(" ", -1)[2];
        assertThat(4L * ROWS * COLS).isGreaterThan(HEAP_MB * 1_000_000L * 3 / 2);
        Path in = folder.resolve("large.safetensors");
        String header = "{\"" + NAME + "\":{\"dtype\":\"BF16\",\"shape\":[" + ROWS + "," + COLS
                + "],\"data_offsets\":[0," + 2L * ROWS * COLS + "]}} ";
        int[] rowsWithNumbers = {0, 1023, 1024, 3001, ROWS - 1};
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
        Path small = folder.resolve("small." + ending);
        fork("quantize", in, small, recipe, layout);
        Path plain = folder.resolve("plain.safetensors");
        fork("dequantize", small, plain);

        try (Checkpoint before = Checkpoint.open(in);
                Checkpoint after = Checkpoint.open(plain)) {
            assertThat(after.tensor(NAME).shape()).containsExactly(ROWS, COLS);
            Matrix expected =
                    Formats.parse(recipe).quantize(before.matrix(NAME)).dequantize();
            for (int row : rowsWithNumbers) {
                assertThat(before.rows(NAME, row, 1, Progress.NONE).values()).isNotEqualTo(new float[COLS]);
                assertThat(after.rows(NAME, row, 1, Progress.NONE).values())
                        .isEqualTo(Arrays.copyOfRange(expected.values(), row * COLS, (row + 1) * COLS));
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

    private void fork(String what, Path in, Path out, String... recipeAndLayout)
            throws IOException, InterruptedException {
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
        command.addAll(List.of(recipeAndLayout));
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
                    var options = new FileQuantizer.Options(
                            ModelRecipe.parse(arguments[3]),
                            SafetensorsLayout.of(arguments[4]),
                            null,
                            name -> true,
                            false);
                    FileQuantizer.plan(in, out, options).run(Progress.NONE);
                } else {
                    FileDequantizer.run(in, out, false, Progress.NONE);
                }
            }
        }
    }
}
