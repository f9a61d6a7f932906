package dev.nibble.tests.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.tests.cli.Program;
import dev.nibble.tests.launcher.Shell;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wheel as pip sees it: built, installed into an environment of its own, used, removed. */
class WheelTest {
    private static final Path SOURCES =
            Path.of("../install/wheel").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    @Test
    void pipInstallsAKernelThatMakesItsClassArchiveAndLeavesNothing() {
        Shell.Result result = JupyterEnvironment.python(folder)
                .with("JAVA_HOME", System.getProperty("java.home"))
                .run(
                        "wheel_life.py",
                        SOURCES.toString(),
                        Program.java().toString(),
                        Program.JAR.toString(),
                        folder.toString());

        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out())
                .contains(
                        "1 + 1 is 2",
                        "the archive was made",
                        "with the archive 1 + 1 is 2",
                        "computes as before",
                        "nibble says Usage:",
                        "left behind: []");
    }
}
