package dev.nibble.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelInstallTest {
    @TempDir
    Path folder;

    private Program nibble;

    @BeforeEach
    void program() {
        nibble = new Program(folder, folder.resolve("home"))
                .with("JUPYTER_DATA_DIR", folder.resolve("user data").toString());
    }

    @Test
    void theInstalledKernelHoldsEverythingItRunsFrom() throws IOException {
        nibble.json("kernel", "install", "--no-archive", "--prefix", "an environment", "--json");

        Path kernel = folder.resolve("an environment/share/jupyter/kernels/nibble");
        JsonNode json = Program.parse(Files.readString(kernel.resolve("kernel.json")));
        assertThat(json.path("display_name").asText()).startsWith("Nibble (Java ");
        assertThat(json.path("language").asText()).isEqualTo("java");
        assertThat(json.path("interrupt_mode").asText()).isEqualTo("message");
        List<String> argv =
                json.path("argv").valueStream().map(JsonNode::asText).toList();
        assertThat(argv)
                .contains(Program.java().toString(), "{connection_file}")
                .anyMatch(word -> word.contains("NIBBLE_JAVA_OPTS"))
                .noneMatch(word -> word.contains(Program.JAR.getParent().toString()));
        assertThat(kernel.resolve("nibble.jar")).hasSameBinaryContentAs(Program.JAR);
        assertThat(kernel.resolve("lib").toFile().list())
                .containsExactlyInAnyOrder(
                        Program.JAR.resolveSibling("lib").toFile().list());
        assertThat(Files.size(kernel.resolve("plotly.min.js"))).isGreaterThan(1_000_000);
        assertThat(pngSize(kernel.resolve("logo-32x32.png"))).containsExactly(32, 32);
        assertThat(pngSize(kernel.resolve("logo-64x64.png"))).containsExactly(64, 64);
        assertThat(kernel.resolve("logo-svg.svg")).content().contains("<svg");
        assertThat(Files.getPosixFilePermissions(kernel.resolve("kernel.json")).toString())
                .as("everyone may read a kernel that is installed for everyone")
                .contains("OTHERS_READ");
    }

    @Test
    void installingAgainReplacesOnlyWhatDiffers() throws IOException {
        nibble.json("kernel", "install", "--no-archive", "--json");
        Path kernel = folder.resolve("user data/kernels/nibble");
        Path same = kernel.resolve("nibble.jar");
        Object before = Files.readAttributes(same, "unix:ino").get("ino");
        Files.writeString(kernel.resolve("plotly.min.js"), "damaged");
        Files.writeString(kernel.resolve("lib/left-over-1.0.jar"), "of an older version");

        nibble.json("kernel", "install", "--no-archive", "--json");

        assertThat(Files.readAttributes(same, "unix:ino").get("ino")).isEqualTo(before);
        assertThat(Files.size(kernel.resolve("plotly.min.js"))).isGreaterThan(1_000_000);
        assertThat(kernel.resolve("lib/left-over-1.0.jar")).doesNotExist();
    }

    @Test
    void aJarThatIsReplacedIsANewFile() throws IOException {
        nibble.json("kernel", "install", "--no-archive", "--json");
        Path jar = folder.resolve("user data/kernels/nibble/nibble.jar");
        Files.writeString(jar, "an older version");
        Object before = Files.readAttributes(jar, "unix:ino").get("ino");
        try (var open = Files.newInputStream(jar)) {
            nibble.json("kernel", "install", "--no-archive", "--json");

            assertThat(new String(open.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                    .as("who had the old file open still reads it")
                    .isEqualTo("an older version");
        }
        assertThat(jar).hasSameBinaryContentAs(Program.JAR);
        assertThat(Files.readAttributes(jar, "unix:ino").get("ino")).isNotEqualTo(before);
    }

    @Test
    void uninstallLeavesNothing() {
        nibble.json("kernel", "install", "--no-archive", "--json");
        assertThat(folder.resolve("user data/kernels/nibble/kernel.json")).exists();

        assertThat(nibble.json("kernel", "uninstall", "--json").path("removed").asBoolean())
                .isTrue();
        assertThat(folder.resolve("user data")).doesNotExist();

        assertThat(nibble.json("kernel", "uninstall", "--json").path("removed").asBoolean())
                .as("a second time there is nothing to remove, which is no error")
                .isFalse();
    }

    @Test
    void uninstallLeavesFoldersThatWereThereBefore() throws IOException {
        Path share = Files.createDirectories(folder.resolve("env/share"));

        nibble.json("kernel", "install", "--no-archive", "--prefix", "env", "--json");
        nibble.json("kernel", "install", "--no-archive", "--prefix", "env", "--json");
        nibble.json("kernel", "uninstall", "--prefix", "env", "--json");
        assertThat(share).isEmptyDirectory();

        nibble.json("kernel", "install", "--no-archive", "--prefix", "new/env", "--json");
        nibble.json("kernel", "uninstall", "--prefix", "new/env", "--json");
        assertThat(folder.resolve("new"))
                .as("the environment is gone with its kernel, what is above it is not")
                .isEmptyDirectory();

        nibble.json("kernel", "install", "--no-archive", "--prefix", "used", "--json");
        Path others = Files.createDirectories(folder.resolve("used/share/jupyter/lab"));
        nibble.json("kernel", "uninstall", "--prefix", "used", "--json");
        assertThat(others).exists();
        assertThat(folder.resolve("used/share/jupyter/kernels")).doesNotExist();
    }

    @Test
    void aPersonsKernelGoesWhereHomeSays() {
        var moved = new Program(folder, folder.resolve("home"))
                .with("HOME", folder.resolve("moved home").toString());

        moved.json("kernel", "install", "--no-archive", "--json");

        assertThat(folder.resolve("moved home/.local/share/jupyter/kernels/nibble/kernel.json"))
                .exists();
        moved.json("kernel", "uninstall", "--json");
        assertThat(folder.resolve("moved home")).isEmptyDirectory();
    }

    @Test
    void whereNothingCanBeWrittenTheReasonIsSaid() throws IOException {
        Files.writeString(folder.resolve("a file"), "x");

        var result = nibble.run("kernel", "install", "--no-archive", "--prefix", "a file");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains("can not be installed in", folder.resolve("a file") + " is a file", "--prefix FOLDER");
        var nowhere = nibble.run("kernel", "install", "--no-archive", "--prefix", "");
        assertThat(nowhere.status()).isEqualTo(2);
        assertThat(nowhere.err()).contains("--prefix wants a folder");
        assertThat(folder.resolve("share")).doesNotExist();
    }

    @Test
    void theInstalledProgramInstallsItselfElsewhere() throws IOException {
        nibble.json("kernel", "install", "--no-archive", "--json");
        Path installed = folder.resolve("user data/kernels/nibble/nibble.jar");

        var process = new ProcessBuilder(
                        Program.java().toString(),
                        "-jar",
                        installed.toString(),
                        "kernel",
                        "install",
                        "--no-archive",
                        "--prefix",
                        "other")
                .directory(folder.toFile())
                .inheritIO()
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();

        assertThat(process.onExit().join().exitValue()).isZero();
        assertThat(folder.resolve("other/share/jupyter/kernels/nibble/nibble.jar"))
                .hasSameBinaryContentAs(Program.JAR);
    }

    @Test
    void anotherKernelOfThatNameIsLeftAlone() throws IOException {
        Path other = folder.resolve("user data/kernels/nibble");
        Files.createDirectories(other);
        Files.writeString(other.resolve("kernel.json"), "{\"argv\": [\"python\"], \"display_name\": \"Mine\"}");

        var install = nibble.run("kernel", "install", "--no-archive");
        var uninstall = nibble.run("kernel", "uninstall");

        assertThat(install.status()).isEqualTo(1);
        assertThat(install.err()).contains("holds another kernel", "--name");
        assertThat(uninstall.status()).isEqualTo(1);
        assertThat(other.resolve("kernel.json")).content().contains("Mine");
        assertThat(nibble.run("kernel", "install", "--no-archive", "--name", "nibble2")
                        .status())
                .isZero();
        assertThat(nibble.run("kernel", "install", "--no-archive", "--name", "../x")
                        .status())
                .isEqualTo(2);
    }

    private static int[] pngSize(Path png) throws IOException {
        var image = javax.imageio.ImageIO.read(png.toFile());
        return new int[] {image.getWidth(), image.getHeight()};
    }
}
