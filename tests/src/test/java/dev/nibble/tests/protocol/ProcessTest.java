package dev.nibble.tests.protocol;

import static dev.nibble.tests.protocol.TestKernel.QUICK;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.tests.protocol.TestKernel.Exchange;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How kernels begin and end. */
class ProcessTest {
    /** The promise is 2 s; the rest is slack for a machine that does other things. */
    private static final long GONE_SECONDS = 4;

    private static void shutDown(TestKernel kernel, boolean restart) throws InterruptedException {
        Exchange reply =
                kernel.askOnControl("shutdown_request", TestKernel.object().put("restart", restart));
        kernel.pumpUntil(() -> reply.reply != null, "the reply");
        assertThat(reply.reply.path("content").path("status").asText()).isEqualTo("ok");
        assertThat(reply.reply.path("content").path("restart").asBoolean()).isEqualTo(restart);
        assertThat(kernel.process().waitFor(GONE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anIdleKernelEndsWhenAsked() throws Exception {
        try (var kernel = TestKernel.start()) {
            assertThat(kernel.execute("1 + 1").result()).isEqualTo("2");
            shutDown(kernel, false);
            assertThat(kernel.process().exitValue()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"while (true) { }", "java.math.BigInteger.valueOf(3).pow(200_000_000).bitLength()"})
    void aBusyKernelEndsToo(String code) throws Exception {
        try (var kernel = TestKernel.start()) {
            Exchange cell = kernel.execute("System.out.println(\"runs\");\n" + code);
            kernel.awaitPrinted(cell, "runs");
            shutDown(kernel, true);
        }
    }

    @Test
    void anInterruptThatCannotStopACellLeavesTheControlChannelAlive() {
        try (var kernel = TestKernel.start()) {
            Exchange cell =
                    kernel.execute("System.out.println(\"runs\");\njava.math.BigInteger.valueOf(3).pow(200_000_000)");
            kernel.awaitPrinted(cell, "runs");
            for (int i = 0; i < 3; i++) {
                assertThat(kernel.interrupt().status()).isEqualTo("ok");
            }
            assertThat(kernel.askOnControl("kernel_info_request", TestKernel.object())
                            .status())
                    .isEqualTo("ok");
        }
    }

    @Test
    void aKernelEndsWithTheServerThatStartedIt() throws Exception {
        Process server = new ProcessBuilder("sleep", "600").start();
        try (var kernel =
                TestKernel.start(Map.of("JPY_PARENT_PID", String.valueOf(server.pid()), "NIBBLE_JAVA_OPTS", QUICK))) {
            assertThat(kernel.execute("1 + 1").result()).isEqualTo("2");
            server.destroyForcibly();
            assertThat(kernel.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            server.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"de", "tr"})
    void numbersAreTheSameInEveryLanguage(String language) {
        Map<String, String> environment =
                Map.of("NIBBLE_JAVA_OPTS", QUICK + " -Duser.language=" + language + " -Duser.country= -Xmx400m");
        try (var kernel = TestKernel.start(environment)) {
            assertThat(kernel.execute(
                                    "Locale.getDefault().getLanguage() + Runtime.getRuntime().maxMemory() / (1 << 20)")
                            .result())
                    .isEqualTo(language + "400");
            assertThat(kernel.execute("1234.5").result()).isEqualTo("1234.5");
            Exchange time = kernel.execute("%time 1 + 1").await();
            assertThat(time.stream("stdout"))
                    .matches("(?s)wall [\\d.]+ m?s, CPU [\\d.]+ m?s, allocated \\d+\\.\\d MB.*");
            JsonNode error = kernel.execute("int i = \"I\";").content();
            assertThat(error.path("evalue").asText())
                    .isEqualTo("incompatible types: java.lang.String cannot be converted to int");
            assertThat(kernel.ask("is_complete_request", TestKernel.object().put("code", "import = 7q"))
                            .status())
                    .isEqualTo("invalid");
            JsonNode bar = kernel.execute("try (var b = Progress.current().task(\"t\", 4_000_000, \"bytes\")) "
                            + "{ for (int i = 0; i < 4; i++) { Thread.sleep(150); b.step(1_000_000); } }")
                    .await()
                    .all("display_data")
                    .getFirst();
            assertThat(bar.path("data").path("text/plain").asText()).matches("\\[[#.]+] t: [1-4]\\.0 of 4\\.0 MB");
        }
    }
}
