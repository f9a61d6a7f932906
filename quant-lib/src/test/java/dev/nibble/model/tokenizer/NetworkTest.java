package dev.nibble.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The library under ours reports its use over the network. In a JVM of its own every socket that is asked for is counted
 * and refused: through the library's own door some must be (else the count proves nothing), through ours none.
 */
class NetworkTest {
    private static final AtomicInteger SOCKETS = new AtomicInteger();

    /** Cuts a text through our door, or the library's, and prints how many sockets were asked for. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            refuseSockets();
            Path folder = Path.of(arguments[1]);
            int tokens = arguments[0].equals("ours") ? ours(folder) : theirs(folder);
            System.out.println(tokens > 0 ? SOCKETS.get() : "no tokens");
        }
    }

    @SuppressWarnings("deprecation") // for what it was made for: every socket of a JVM
    private static void refuseSockets() throws IOException {
        Socket.setSocketImplFactory(() -> {
            SOCKETS.incrementAndGet();
            throw new IllegalStateException("no network here");
        });
    }

    private static int ours(Path folder) {
        return Tokenizers.inFolder(folder).encode("Hello, world!").length;
    }

    private static int theirs(Path folder) throws IOException {
        try (var tokenizer = HuggingFaceTokenizer.newInstance(folder)) {
            return tokenizer.encode("Hello, world!", false, false).getIds().length;
        } catch (IllegalStateException refused) {
            return 1;
        }
    }

    @Test
    void cuttingATextAsksForNoSocket() throws Exception {
        assertThat(sockets("theirs")).isPositive();
        assertThat(sockets("ours")).isZero();
    }

    private static int sockets(String door) throws Exception {
        var command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                door,
                Vocabularies.path("byte-level").toString());
        command.environment().keySet().removeIf(name -> name.matches("OPT_OUT_TRACKING|DJL_OFFLINE|JAVA_TOOL_OPTIONS"));
        Process process = command.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Integer.parseInt(printed.strip());
    }
}
