package dev.nibble.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The library in a plain Java program: without Jupyter, and with the same bits and the same text whatever the kernels,
 * the width of the vector unit, the number of threads and the language of the machine.
 */
class PlainProgramTest {
    private static final String VECTOR = "--add-modules jdk.incubator.vector";

    @TempDir
    static Path folder;

    private static Path model;
    private static String expected;

    private record Run(int exit, String out, String err) {}

    @BeforeAll
    static void makeModelAndRunScalar() throws Exception {
        float[] weights = new float[12 * 33];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (i * 37 % 101 - 50) / 64f;
        }
        int bytes = weights.length * 4;
        String header = "{\"İw\":{\"dtype\":\"F32\",\"shape\":[12,33],\"data_offsets\":[0," + bytes + "]}}";
        ByteBuffer file =
                ByteBuffer.allocate(8 + header.getBytes(UTF_8).length + bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.getBytes(UTF_8).length).put(header.getBytes(UTF_8));
        for (float w : weights) {
            file.putFloat(w);
        }
        model = Files.write(folder.resolve("tiny.safetensors"), file.array());
        Run scalar = run("");
        assertThat(scalar.exit).as(scalar.err).isZero();
        assertThat(scalar.err).contains("start the JVM with --add-modules jdk.incubator.vector");
        assertThat(scalar.out).startsWith("SCALAR");
        expected = scalar.out.substring("SCALAR".length());
    }

    @Test
    void printsWhatAPersonWouldExpect() {
        assertThat(expected)
                .contains("synthetic with 4 outlier columns (seed 42) [200, 577]")
                .contains("[İw F32 [12, 33]]")
                .contains("last group of a row: 65")
                .contains("\"int4:sim\": int4 has no option \"sim\"; did you mean \"sym\"?");
    }

    @ParameterizedTest
    @CsvSource({
        "VECTOR, " + VECTOR,
        "SCALAR, " + VECTOR + " -Dnibble.kernels=scalar",
        "VECTOR, " + VECTOR + " -Dnibble.kernels=vector -XX:UseAVX=2",
        "VECTOR, " + VECTOR + " -XX:MaxVectorSize=16",
        "VECTOR, " + VECTOR + " -Djava.util.concurrent.ForkJoinPool.common.parallelism=0",
        "VECTOR, " + VECTOR + " -Djava.util.concurrent.ForkJoinPool.common.parallelism=7",
        "VECTOR, " + VECTOR + " -Duser.language=de -Duser.country=DE",
        "SCALAR, -Duser.language=tr -Duser.country=TR",
        "SCALAR, " + VECTOR + " -XX:TieredStopAtLevel=1",
        "SCALAR, -Duser.language=ar -Duser.country=EG -Dnibble.kernels=scalar"
    })
    void printsTheSameEverywhere(String kernels, String options) throws Exception {
        Run run = run(options + " -XX:+IgnoreUnrecognizedVMOptions");
        assertThat(run.exit).as(run.err).isZero();
        assertThat(run.out).isEqualTo(kernels + expected);
    }

    @Test
    void askingForVectorKernelsWithoutTheirModuleSaysWhatToDo() throws Exception {
        Run run = run("-Dnibble.kernels=vector");
        assertThat(run.exit).isNotZero();
        assertThat(run.err).contains("--add-modules jdk.incubator.vector");
    }

    private static Run run(String options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Arrays.stream(options.split(" ", -1)).filter(o -> !o.isBlank()).forEach(command::add);
        command.addAll(List.of("-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8", "-cp", libraryClassPath()));
        command.addAll(List.of(PlainProgram.class.getName(), model.toString(), "İw"));
        Path out = Files.createTempFile(folder, "out", ".txt");
        Path err = Files.createTempFile(folder, "err", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** The library, the JSON parser it reads headers with, and this program; nothing else of what the tests have. */
    private static String libraryClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> {
                    String path = entry.replace(File.separatorChar, '/');
                    return path.contains("quant-lib")
                            || path.contains("/jackson-")
                            || path.contains("/slf4j-api")
                            || path.endsWith("tests/target/test-classes");
                })
                .collect(Collectors.joining(File.pathSeparator));
    }
}
