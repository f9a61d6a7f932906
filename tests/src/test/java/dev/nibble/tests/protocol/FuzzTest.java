package dev.nibble.tests.protocol;

import static dev.nibble.tests.protocol.TestKernel.QUICK;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.tests.protocol.HostileMessages.Hostile;
import dev.nibble.tests.protocol.TestKernel.Exchange;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Ten thousand hostile messages, always the same ones. */
class FuzzTest {
    private static final int MESSAGES = 10_000;
    private static final int BATCH = 200;
    private static final long SEED = 20_261_122;
    /** What the heap may hold more afterwards, in megabytes: caches, and snippets that the session keeps. */
    private static final int SLACK_MB = 24;

    private static int number(TestKernel kernel, String code) {
        return Integer.parseInt(kernel.execute(code).result());
    }

    private static int usedMegabytes(TestKernel kernel) {
        return number(
                kernel,
                "for (int i = 0; i < 3; i++) { System.gc(); Thread.sleep(50); }\n"
                        + "(int) ((Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20)");
    }

    private static void deleteSubshells(TestKernel kernel) {
        JsonNode ids = kernel.askOnControl("list_subshell_request", TestKernel.object())
                .content()
                .path("subshell_id");
        for (JsonNode id : ids) {
            assertThat(kernel.askOnControl(
                                    "delete_subshell_request",
                                    TestKernel.object().put("subshell_id", id.asText()))
                            .status())
                    .isEqualTo("ok");
        }
    }

    /** The kernel has taken in everything that was sent before, on both channels. */
    private static void synchronize(TestKernel kernel) {
        Exchange control = kernel.askOnControl("kernel_info_request", TestKernel.object());
        assertThat(control.status()).isEqualTo("ok");
        assertThat(kernel.ask("kernel_info_request", TestKernel.object()).status())
                .isEqualTo("ok");
    }

    @Test
    void tenThousandHostileMessagesChangeNothing() {
        try (var kernel = TestKernel.start(Map.of("NIBBLE_JAVA_OPTS", QUICK + " -Xmx600m"))) {
            kernel.execute("int kept = 42;").await();
            var messages = new HostileMessages(kernel, SEED);
            int before = 0;
            int threads = 0;
            int signed = 0;
            var channels = EnumSet.noneOf(HostileMessages.Channel.class);
            for (int i = 0; i < MESSAGES; i++) {
                if (i % BATCH == 0) {
                    synchronize(kernel);
                }
                if (i == MESSAGES / 10) {
                    // After the first of them, so that what is loaded once is there.
                    deleteSubshells(kernel);
                    before = usedMegabytes(kernel);
                    threads = number(kernel, "Thread.activeCount()");
                }
                Hostile message = messages.next();
                signed += message.signed() ? 1 : 0;
                channels.add(message.channel());
                kernel.sendRaw(message);
            }
            synchronize(kernel);
            assertThat(signed).isGreaterThan(MESSAGES / 2);
            assertThat(channels).containsExactlyInAnyOrder(HostileMessages.Channel.values());
            assertThat(kernel.execute("kept + 1").result()).isEqualTo("43");
            assertThat(kernel.beats()).isTrue();
            deleteSubshells(kernel);
            assertThat(usedMegabytes(kernel)).isLessThan(before + SLACK_MB);
            assertThat(number(kernel, "Thread.activeCount()")).isLessThanOrEqualTo(threads + 2);
            assertThat(kernel.log().length())
                    .as("a log that hostile messages do not fill")
                    .isLessThan(100_000);
        }
    }
}
