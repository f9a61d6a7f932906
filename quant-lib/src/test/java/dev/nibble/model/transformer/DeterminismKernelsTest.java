package dev.nibble.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource.Window;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same logits, to the bit, however they are computed: every vector width and the scalar kernels, any number of
 * threads, windows together or alone, chunks of any size, with the cache and after taking tokens back.
 */
class DeterminismKernelsTest {
    /**
     * SHA-256 of the logits of {@link #windows}, big-endian float32; {@link ModelParityTest} says that they are right. One of
     * each kind of norm, position and activation; heads of 20 and 12 numbers, rows that no vector divides.
     */
    private static final Map<String, String> HASHES = Map.of(
            "llama-head-dim",
            "7605cffd084ff22baeb56fb8b765fb7030108b3c0994057fa6acd65d829a35ee",
            "smollm",
            "5c1e8d56d808e7e21c2a308daa91c1eb3565ee753e0042269a7023ea5907dec4",
            "gpt2",
            "e12b524c9b1bcdfa319b31ab2d4b5ae7a58c851a7e551566bae4fcd03c8b1e7e",
            "opt-350m",
            "5404ce46785d4276c8f99576ede635b0eaa571accf4f38e5528382c52d4be5f7");

    static List<String> names() {
        return HASHES.keySet().stream().sorted().toList();
    }

    /** Longer and shorter ones, more rows than go through a layer together. */
    private static List<Window> windows(TinyModel model) {
        int longest = model.transformer.config().contextLength();
        List<Window> windows = new ArrayList<>();
        for (int w = 0; w < 16; w++) {
            int[] tokens = new int[w % 4 == 1 ? 1 + w : longest - w / 4];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = (7 + 31 * w + 13 * i * i + i * w)
                        % model.transformer.config().vocabulary();
            }
            windows.add(new Window(tokens, 0));
        }
        assertThat(windows.stream().mapToInt(Window::length).sum()).isGreaterThan(512);
        return windows;
    }

    /** Logits of each window, [positions, vocabulary]. */
    private static List<float[]> run(TinyModel model, List<Window> windows) {
        int vocabulary = model.transformer.config().vocabulary();
        List<float[]> found = new ArrayList<>();
        windows.forEach(w -> found.add(new float[w.length() * vocabulary]));
        new WindowRunner(model.transformer)
                .logits(
                        windows,
                        Progress.NONE,
                        (w, position, count, logits, at) ->
                                System.arraycopy(logits, at, found.get(w), position * vocabulary, count * vocabulary));
        return found;
    }

    private static String hash(List<float[]> logits) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (float[] rows : logits) {
                ByteBuffer bytes = ByteBuffer.allocate(4 * rows.length);
                bytes.asFloatBuffer().put(rows);
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void logitsAreTheseBitsTogetherAndAlone(String name) {
        try (TinyModel model = TinyModel.open(name)) {
            List<Window> windows = windows(model);
            List<float[]> together = run(model, windows);
            assertThat(hash(together)).as(name).isEqualTo(HASHES.get(name));
            List<float[]> alone = new ArrayList<>();
            windows.forEach(w -> alone.addAll(run(model, List.of(w))));
            assertThat(hash(alone)).as(name + ", one after the other").isEqualTo(HASHES.get(name));
            List<float[]> backwards =
                    new ArrayList<>(run(model, windows.reversed()).reversed());
            assertThat(hash(backwards)).as(name + ", the last first").isEqualTo(HASHES.get(name));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void aTextThatGrowsHasTheBitsOfTheWindow(String name) {
        try (TinyModel model = TinyModel.open(name)) {
            int vocabulary = model.transformer.config().vocabulary();
            List<Window> windows = windows(model);
            float[] expected = run(model, windows.subList(0, 1)).getFirst();
            int[] text = windows.getFirst().tokens();
            int[] other = windows.get(2).tokens();
            Session session = new Session(model.transformer, text.length, Progress.NONE);
            float[] logits = new float[vocabulary];
            for (int chunk : new int[] {1, 3, 4, 17, 32, text.length}) {
                session.rewind(0);
                for (int at = 0; at < text.length; at += chunk) {
                    int count = Math.min(chunk, text.length - at);
                    session.read(text, at, count, logits, Progress.NONE.cancelToken());
                    same(logits, expected, at + count - 1, name + ", chunks of " + chunk);
                }
            }
            for (int back : new int[] {5, 31, 33}) {
                session.rewind(back);
                session.read(other, back, other.length - back, logits, Progress.NONE.cancelToken());
                session.rewind(back);
                session.read(text, back, text.length - back, logits, Progress.NONE.cancelToken());
                same(logits, expected, text.length - 1, name + ", taken back to " + back);
            }
        }
    }

    private static void same(float[] logits, float[] expected, int position, String what) {
        float[] row = Arrays.copyOfRange(expected, position * logits.length, (position + 1) * logits.length);
        assertThat(bits(logits)).as("%s, position %d", what, position).isEqualTo(bits(row));
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }

    /** Prints the hash of each model; run in a machine of its own. */
    static final class Program {
        private Program() {}

        public static void main(String[] names) {
            for (String name : names) {
                try (TinyModel model = TinyModel.open(name)) {
                    System.out.println(name + " " + hash(run(model, windows(model))));
                }
            }
        }
    }

    @Test
    void oneThreadHasTheBitsOfMany() throws Exception {
        assertThat(printed("-Djava.util.concurrent.ForkJoinPool.common.parallelism=0"))
                .isEqualTo(expected());
        assertThat(printed("-Djava.util.concurrent.ForkJoinPool.common.parallelism=7"))
                .isEqualTo(expected());
    }

    @Test
    void scalarKernelsHaveTheBitsOfVectors() throws Exception {
        assertThat(printed("-Dnibble.kernels=scalar")).isEqualTo(expected());
    }

    private static List<String> expected() {
        return names().stream().map(name -> name + " " + HASHES.get(name)).toList();
    }

    /** What {@link Program} prints in a machine started as this one, but for an option. */
    private static List<String> printed(String option) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-modules")
                        || argument.startsWith("-XX:UseAVX")
                        || argument.startsWith("-XX:MaxVectorSize")
                        || argument.startsWith("-Dnibble.kernels"))
                .forEach(command::add);
        command.addAll(List.of("-Xmx512m", "--enable-native-access=ALL-UNNAMED", option));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
        command.addAll(names());
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return lines;
    }
}
