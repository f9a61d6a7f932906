package dev.nibble.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel's command line, with a program in the JVM's place that says what it is called with. */
@DisabledOnOs(OS.WINDOWS)
class JvmFlagsTest {
    @ParameterizedTest
    @CsvSource({
        "'', true",
        "-Xmx12g, true",
        "-Xmx512m -ea, true",
        "-Xmx128m, true",
        "-Xmx20m, false",
        "-Xmx8M, false",
        "-ea -Xmx65536k, false",
        "-Xmx67108864 -ea, false",
        "-ea -Xmx100000000, false",
        "-Xmx1073741824 -ea, true",
        "-Xmx12g -Dtask=1, true",
        "-XX:MaxHeapSize=50m, false",
        "-XX:MaxRAMPercentage=1, false"
    })
    void theHeapToBeginWithIsNotLargerThanTheOneThatIsAskedFor(String options, boolean ours) throws IOException {
        List<String> command = JvmFlags.kernelCommand(Path.of("/bin/echo"), "jars", null);
        var builder = new ProcessBuilder(command);
        builder.environment().put("NIBBLE_JAVA_OPTS", options);
        String said = new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        List<String> words = List.of(said.strip().split(" ", -1));
        assertThat(words.contains("-Xms96m")).as(said).isEqualTo(ours);
        assertThat(words)
                .contains("-XX:GCTimeRatio=4", "{connection_file}")
                .containsAll(options.isEmpty() ? List.of() : List.of(options.split(" ", -1)));
    }
}
