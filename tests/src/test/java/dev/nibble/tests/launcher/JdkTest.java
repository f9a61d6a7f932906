package dev.nibble.tests.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.tests.cli.Program;
import dev.nibble.tests.launcher.JdkServer.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the launcher finds a JDK, and how it fetches one where there is none. All paths here have spaces. */
class JdkTest {
    @TempDir
    Path folder;

    private Path launcher;
    private Path home;
    private Shell shell;

    @BeforeEach
    void bareSystem() {
        Path clone = folder.resolve("a clone");
        Clone.copy(clone, "install");
        launcher = clone.resolve("install/nibble");
        home = folder.resolve("nibble home");
        shell = new Shell(folder)
                .with("PATH", Clone.bareTools(folder.resolve("bare tools")).toString())
                .with("NIBBLE_HOME", home.toString())
                .with("NIBBLE_JDK_FOLDERS", "");
    }

    @Test
    void aMissingJdkIsFetchedOnceAndChecked() {
        try (var server = server(Fault.NONE)) {
            var first = jdk();
            assertThat(first.status()).as(first.err()).isZero();
            assertThat(first.out()).isEqualTo(home + "/jdk/jdk-25.0.9+1\n");
            assertThat(server.requests()).hasSize(2);
            assertThat(server.requests().getFirst())
                    .contains("image_type=jdk")
                    .containsPattern("os=(linux|alpine-linux|mac)")
                    .containsPattern("architecture=\\w+");
            assertThat(home.resolve("jdk/jdk-25.0.9+1/bin/javac")).isExecutable();

            assertThat(jdk().out()).isEqualTo(first.out());
            var json = Program.parse(
                    shell.run(launcher.toString(), "jdk", "--json").out());
            assertThat(json.path("jdk").asText()).isEqualTo(first.out().strip());
            assertThat(json.path("version").asInt()).isEqualTo(25);
            assertThat(server.requests()).as("the second call asks nobody").hasSize(2);
        }
        assertThat(namesIn(home)).containsExactly("jdk", "locks");
    }

    @Test
    void twoLaunchersAtOnceFetchOnce() {
        try (var server = server(Fault.NONE)) {
            var one = shell.start(List.of(launcher.toString(), "jdk"));
            var two = shell.start(List.of(launcher.toString(), "jdk"));
            assertThat(one.finish().status()).isZero();
            assertThat(two.finish().status()).isZero();
            assertThat(server.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        WRONG_CHECKSUM | the download is damaged; it was thrown away
        NO_CHECKSUM    | names no download with a SHA-256 checksum
        TRUNCATED      | broke off
        API_ERROR      | no answer from
        NO_SUCH_FILE   | broke off
        NOT_A_JDK      | holds no JDK 25
        """)
    void whatGoesWrongIsSaidAndLeavesNothing(Fault fault, String reason) {
        try (var server = server(fault)) {
            var result = jdk();
            assertThat(result.status()).isEqualTo(1);
            assertThat(result.out()).isEmpty();
            assertThat(result.err())
                    .contains("fetching one failed", reason, server.url(), "set JAVA_HOME")
                    .contains("install one, for example");
            var json = Program.parse(
                    shell.run(launcher.toString(), "jdk", "--json").out());
            assertThat(json.path("error").asText()).contains("fetching one failed", reason);
        }
        assertThat(namesIn(home)).containsOnly("jdk", "locks");
        assertThat(namesIn(home.resolve("jdk"))).isEmpty();
        assertThat(namesIn(home.resolve("locks"))).isEmpty();
    }

    @Test
    void anOldJavaHomeIsPassedOverForANewJdkInAUsualFolder() {
        Path old = fakeJdk("old jdk", "17.0.12");
        Path usual = folder.resolve("usual folder");
        fakeJdk("usual folder/jdk 21", "21.0.2");
        Path newer = fakeJdk("usual folder/jdk 26", "26");
        shell.with("JAVA_HOME", old.toString()).with("NIBBLE_JDK_FOLDERS", "/no/such:" + usual);

        assertThat(jdk().out().strip()).isEqualTo(newer.toString());

        Path tested = fakeJdk("usual folder/the jdk 25", "25.0.3");
        assertThat(jdk().out().strip())
                .as("the version that is tested is preferred")
                .isEqualTo(tested.toString());

        shell.with("JAVA_HOME", newer.toString());
        assertThat(jdk().out().strip()).as("but JAVA_HOME is the person's word").isEqualTo(newer.toString());
    }

    @Test
    void theJavaOfThePathIsFoundBehindLinks() throws IOException {
        Path jdk = fakeJdk("some jdk", "25");
        Path tools = folder.resolve("bare tools");
        Files.createSymbolicLink(folder.resolve("alternative"), jdk.resolve("bin/java"));
        Files.createSymbolicLink(tools.resolve("java"), Path.of("../alternative"));

        assertThat(jdk().out().strip()).isEqualTo(jdk.toRealPath().toString());
    }

    @Test
    void aRuntimeWithoutCompilerIsNoJdk() throws IOException {
        Path jre = fakeJdk("usual/jre", "25");
        Files.delete(jre.resolve("bin/javac"));
        shell.with("JAVA_HOME", jre.toString())
                .with("NIBBLE_JDK_FOLDERS", folder.resolve("usual").toString());
        try (var server = server(Fault.API_ERROR)) {
            assertThat(jdk().status()).isEqualTo(1);
            assertThat(server.requests()).isNotEmpty();
        }
    }

    @Test
    void theLauncherWorksThroughALink() throws IOException {
        Path jdk = fakeJdk("some jdk", "25");
        Path link = folder.resolve("nibble-link");
        Files.createSymbolicLink(link, launcher);

        var result = shell.with("JAVA_HOME", jdk.toString()).run(link.toString(), "jdk");

        assertThat(result.out().strip()).isEqualTo(jdk.toString());
    }

    @Test
    void withoutMavenItSaysWhatToTypeOrInstallsIt() throws IOException {
        Clone.copy(folder.resolve("a clone"), "pom.xml", "quant-lib/pom.xml", "datasets/pom.xml", "kernel/pom.xml");
        shell.with("JAVA_HOME", fakeJdk("some jdk", "25").toString());
        Path tools = folder.resolve("bare tools");

        var nobody = shell.run(launcher.toString(), "version");
        assertThat(nobody.status()).isEqualTo(1);
        assertThat(nobody.err()).contains("Maven is needed", "install Maven 3.6.3 or newer");

        Files.delete(tools.resolve("id"));
        Clone.script(tools.resolve("id"), "echo 1000");
        Clone.script(tools.resolve("apt-get"), "exit 100");
        var notAllowed = shell.run(launcher.toString(), "version");
        assertThat(notAllowed.status()).isEqualTo(1);
        assertThat(notAllowed.err()).contains("Type:  sudo apt-get install -y --no-install-recommends maven");

        Clone.script(tools.resolve("id"), "echo 0");
        var failed = shell.run(launcher.toString(), "version");
        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.err()).contains("that failed", "maven-install.log");

        String mvn = "#!/bin/sh\\nfor last; do :; done\\necho \"[ERROR] mvn was reached\"\\nexit 1\\n";
        Clone.script(
                tools.resolve("apt-get"),
                "case $1 in install) printf '" + mvn + "' > '" + tools.resolve("mvn") + "'; chmod +x '"
                        + tools.resolve("mvn") + "';; esac");
        Clone.script(tools.resolve("chmod"), "exec /bin/chmod \"$@\"");
        var installed = shell.run(launcher.toString(), "version");
        assertThat(installed.err())
                .contains("installing Maven with:  apt-get install", "the build failed:", "mvn was reached");
        assertThat(installed.status()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lab", "test"})
    void aPythonThatIsNoneIsSaidToBeNone(String command) {
        Path none = folder.resolve("a \"python\"");
        Clone.script(none, "exit 0");
        Clone.script(folder.resolve("bare tools/mvn"), "exit 0");
        shell.with("JAVA_HOME", fakeJdk("some jdk", "25").toString()).with("NIBBLE_PYTHON", none.toString());

        var result = shell.run(launcher.toString(), command, "--json");

        assertThat(result.status()).as(result.err()).isEqualTo(1);
        assertThat(result.err()).contains("NIBBLE_PYTHON names", "let it name one that is, or unset it");
        assertThat(Program.parse(result.out()).path("error").asText())
                .startsWith("NIBBLE_PYTHON names \"" + none + "\", which is not");
    }

    @Test
    void aTestRunIsSummedUpForPrograms() throws IOException {
        shell.with("JAVA_HOME", fakeJdk("some jdk", "25").toString());
        Path reports = Files.createDirectories(folder.resolve("a clone/quant-lib/target/surefire-reports"));
        Files.writeString(reports.resolve("TEST-old.xml"), "<testsuite tests=\"100\">");
        Files.setLastModifiedTime(reports.resolve("TEST-old.xml"), java.nio.file.attribute.FileTime.fromMillis(0));
        Clone.script(folder.resolve("bare tools/mktemp"), "exec /usr/bin/mktemp \"$@\"");
        Clone.script(folder.resolve("bare tools/mvn"), """
            echo "[INFO] Maven speaks"
            /bin/sleep 0.1
            for name in A B; do
                echo '<?xml version="1.0" encoding="UTF-8"?>
            <testsuite name="x y" time="0.1" tests="12" errors="1" skipped="3" failures="2">
              <testcase name="tests" time="0.1"/>
            </testsuite>' > "%s/TEST-$name.xml"
            done
            exit 1""".formatted(reports));

        var result = shell.run(launcher.toString(), "test", "--no-python", "--json");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("Maven speaks");
        var json = Program.parse(result.out());
        assertThat(json.path("ok").asBoolean()).isFalse();
        assertThat(json.path("exit_code").asInt()).isEqualTo(1);
        assertThat(json.path("tests").asInt()).isEqualTo(24);
        assertThat(json.path("failures").asInt()).isEqualTo(4);
        assertThat(json.path("errors").asInt()).isEqualTo(2);
        assertThat(json.path("skipped").asInt()).isEqualTo(6);
    }

    private Shell.Result jdk() {
        return shell.run(launcher.toString(), "jdk");
    }

    private JdkServer server(Fault fault) {
        var server = new JdkServer(folder, fault);
        shell.with("NIBBLE_ADOPTIUM_URL", server.url());
        return server;
    }

    private Path fakeJdk(String name, String version) {
        Path jdk = folder.resolve(name);
        Clone.script(jdk.resolve("bin/java"), "echo 'openjdk version \"" + version + "\"' >&2");
        Clone.script(jdk.resolve("bin/javac"), "exit 0");
        return jdk;
    }

    private static List<String> namesIn(Path folder) {
        String[] names = folder.toFile().list();
        return names == null
                ? List.of()
                : java.util.Arrays.stream(names).sorted().toList();
    }
}
