package dev.nibble.tests.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.tests.cli.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher builds, and when, in a clone whose path has spaces. One test, because each build costs its time. */
class BuildTest {
    /** Before Java starts; the whole call, with a JVM, must stay under it. */
    private static final double SECOND_CALL_SECONDS = 2;

    @TempDir
    Path folder;

    @Test
    void itBuildsWhatChangedAndOnlyThat() throws IOException {
        Path clone = folder.resolve("a clone with spaces");
        Clone.copy(
                clone,
                "pom.xml",
                "install",
                "quant-lib/pom.xml",
                "quant-lib/src/main",
                "datasets/pom.xml",
                "kernel/pom.xml",
                "kernel/src/main",
                "tests/pom.xml");
        if (Files.isDirectory(Clone.PROJECT.resolve("datasets/src/main"))) {
            Clone.copy(clone, "datasets/src/main");
        }
        Path home = folder.resolve("a home");
        Path data = folder.resolve("jupyter data");
        var shell = new Shell(folder)
                .with("JAVA_HOME", System.getProperty("java.home"))
                .with("NIBBLE_HOME", home.toString())
                .with("XDG_STATE_HOME", folder.resolve("state").toString())
                .with("JUPYTER_DATA_DIR", data.toString());
        String nibble = clone.resolve("install/nibble").toString();

        // Two at once: one builds, the other waits and then uses the same.
        var one = shell.start(List.of(nibble, "version"));
        var two = shell.start(List.of(nibble, "version", "--json"));
        var first = one.finish();
        var second = two.finish();
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.out()).contains("nibble       0.1");
        assertThat(second.status()).as(second.err()).isZero();
        assertThat(first.err() + second.err()).containsOnlyOnce("built in").contains("waiting for another nibble");

        var again = shell.run(nibble, "version");
        assertThat(again.err())
                .as("nothing changed, nothing is built, nothing is said")
                .isEmpty();
        assertThat(again.seconds()).isLessThan(SECOND_CALL_SECONDS);

        Files.setLastModifiedTime(clone.resolve("pom.xml"), java.nio.file.attribute.FileTime.fromMillis(0));
        var wrong = shell.run(nibble, "größe");
        assertThat(wrong.err())
                .as("content counts, not dates; and without a language all letters are understood and written")
                .startsWith("nibble: Unmatched argument at index 0: 'größe'");

        assertThat(shell.run(nibble, "kernel", "install", "--no-archive").status())
                .isZero();
        assertThat(data.resolve("kernels/nibble/kernel.json")).exists();

        Path source = clone.resolve("quant-lib/src/main/java/dev/nibble/core/CancelToken.java");
        String good = Files.readString(source);
        Files.writeString(source, good.replace("volatile boolean cancelled;", "volatile boolean cancelled"));
        var broken = shell.run(nibble, "version");
        assertThat(broken.status()).isEqualTo(1);
        assertThat(broken.out()).isEmpty();
        assertThat(broken.err()).contains("the build failed:", "CancelToken.java", "';' expected", "build.log");

        Files.writeString(source, good);
        assertThat(shell.run(nibble, "version").status())
                .as("what was built before is still there")
                .isZero();

        Files.createDirectories(home.resolve("models"));
        Files.writeString(home.resolve("models/a.gguf"), "x");
        Files.writeString(home.resolve("a file of somebody else"), "x");
        Files.createDirectories(folder.resolve("state/nibble"));
        Files.writeString(folder.resolve("state/nibble/history.sqlite"), "x");
        assertThat(shell.run(nibble, "uninstall").status()).as("nobody to ask").isEqualTo(2);
        var removed = shell.run(nibble, "uninstall", "--yes", "--json");
        assertThat(removed.status()).as(removed.err()).isZero();
        var json = Program.parse(removed.out());
        assertThat(json.path("kernel_removed").asBoolean()).isTrue();
        assertThat(json.path("removed").toString()).contains(home.resolve("models") + "\"");
        assertThat(data).doesNotExist();
        assertThat(folder.resolve("state/nibble")).doesNotExist();
        assertThat(home.toFile().list()).containsExactly("a file of somebody else");
    }
}
