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
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code install/nibble lab}, as a person types it. */
class LabTest {
    private static final Pattern ADDRESS = Pattern.compile("JupyterLab is at (http://\\S+/)lab/tree/\\S+token=(\\w+)");

    @Test
    void itServesTheNotebooksAndTheKernelAndEndsWhenAsked() throws Exception {
        String home = System.getenv("NIBBLE_HOME");
        if (home == null || !Files.exists(Path.of(home, "python", ".nibble-lab"))) {
            throw JupyterEnvironment.skipped("no JupyterLab of ours: install/nibble test makes one where pip works");
        }
        Path launcher = Path.of("../install/nibble").toAbsolutePath().normalize();
        var lab = new Shell(launcher.getParent().getParent())
                .with("JAVA_HOME", System.getProperty("java.home"))
                .with("NIBBLE_HOME", home)
                .start(List.of(launcher.toString(), "lab", "--no-browser", "--port", Integer.toString(freePort())));
        try {
            var address = address(lab);
            String base = address.group(1);
            String token = address.group(2);

            var kernels = get(base + "api/kernelspecs?token=" + token);
            var nibble = Program.parse(kernels.body()).path("kernelspecs").path("nibble");
            assertThat(nibble.path("spec").path("language").asText()).isEqualTo("java");
            assertThat(nibble.path("resources").path("logo-svg").asText()).contains("kernelspecs/nibble/");
            assertThat(get(base + "api/contents?token=" + token).body()).contains("00-start.ipynb");
            assertThat(get(base + "kernelspecs/nibble/plotly.min.js?token=" + token)
                            .body())
                    .hasSizeGreaterThan(1_000_000);
            assertThat(get(base + "api/kernelspecs").statusCode())
                    .as("without the token")
                    .isEqualTo(403);
        } finally {
            lab.process().toHandle().destroy();
        }
        var end = lab.finish();
        assertThat(end.status()).as(end.err()).isZero();
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
