package dev.nibble.tests.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.tests.cli.Program;
import dev.nibble.tests.launcher.Shell;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code install/nibble lab}, as a person types it. */
class LabTest {
    private static final Pattern ADDRESS = Pattern.compile("JupyterLab is at (http://\\S+/)(lab\\S*)\\?token=(\\w+)");

    private static final Path LAUNCHER =
            Path.of("../install/nibble").toAbsolutePath().normalize();

    @TempDir
    Path scratch;

    @Test
    void itServesTheNotebooksOrAFolderAndTheKernelAndEndsWhenAsked() throws Exception {
        String home = System.getenv("NIBBLE_HOME");
        if (home == null || !Files.exists(Path.of(home, "python", ".nibble-lab"))) {
            throw JupyterEnvironment.skipped("no JupyterLab of ours: install/nibble test makes one where pip works");
        }
        Files.createDirectories(scratch.resolve("my ü work"));
        Files.copy(
                LAUNCHER.resolveSibling("../notebooks/00-start.ipynb"), scratch.resolve("my ü work/first try.ipynb"));
        var shell = new Shell(scratch)
                .with("JAVA_HOME", System.getProperty("java.home"))
                .with("NIBBLE_HOME", home);
        var lab = start(shell);
        List<Shell.Running> started = new ArrayList<>(List.of(lab));
        try {
            var address = address(lab);
            var own = start(shell, "my ü work/first try.ipynb");
            started.add(own);
            String base = address.group(1);
            assertThat(address.group(2)).isEqualTo("lab/tree/00-start.ipynb");
            String token = address.group(3);

            var kernels = get(base + "api/kernelspecs?token=" + token);
            var nibble = Program.parse(kernels.body()).path("kernelspecs").path("nibble");
            assertThat(nibble.path("spec").path("language").asText()).isEqualTo("java");
            assertThat(nibble.path("resources").path("logo-svg").asText()).contains("kernelspecs/nibble/");
            assertThat(get(base + "api/contents?token=" + token).body()).contains("00-start.ipynb");
            assertThat(get(base + "kernelspecs/nibble/plotly.min.js?token=" + token)
                            .body())
                    .hasSizeGreaterThan(1_000_000);
            var widgets = get(base + "lab/api/settings/@jupyter-widgets/jupyterlab-manager:plugin?token=" + token);
            assertThat(Program.parse(widgets.body())
                            .at("/schema/properties/saveState/default")
                            .asBoolean())
                    .as(widgets.body())
                    .isTrue();
            assertThat(get(base + "api/kernelspecs").statusCode())
                    .as("without the token")
                    .isEqualTo(403);

            var beside = address(own);
            assertThat(beside.group(2)).isEqualTo("lab/tree/first%20try.ipynb");
            var contents = Program.parse(get(beside.group(1) + "api/contents?token=" + beside.group(3))
                    .body());
            assertThat(contents.path("content").findValuesAsText("name")).containsExactly("first try.ipynb");
        } finally {
            started.forEach(each -> each.process().toHandle().destroy());
        }
        for (var each : started) {
            var end = each.finish();
            assertThat(end.status()).as(end.err()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nowhere | there is no folder \"nowhere\"",
                "nowhere.ipynb | there is no notebook \"nowhere.ipynb\"",
                "a.txt | \"a.txt\" is neither a folder nor a notebook",
                "'' | the folder's name is empty"
            })
    void whatIsNoFolderIsRefusedAtOnce(String what, String says) throws IOException {
        Files.writeString(scratch.resolve("a.txt"), "x");
        var refused = new Shell(scratch).run(LAUNCHER.toString(), "lab", "--no-browser", what);
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).startsWith("nibble: lab: ").contains(says);
    }

    private static Shell.Running start(Shell shell, String... what) throws IOException {
        var command = new ArrayList<>(
                List.of(LAUNCHER.toString(), "lab", "--no-browser", "--port", String.valueOf(freePort())));
        command.addAll(List.of(what));
        return shell.start(command);
    }

    private static java.util.regex.MatchResult address(Shell.Running lab) throws IOException, InterruptedException {
        for (int i = 0; i < 1200 && lab.process().isAlive(); i++) {
            var matcher = ADDRESS.matcher(Files.readString(lab.out()));
            if (matcher.find()) {
                return matcher.toMatchResult();
            }
            Thread.sleep(100);
        }
        throw new AssertionError("no address was printed: " + Files.readString(lab.err()));
    }

    private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
