package dev.nibble.kernel.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

class PublishChannelTest {
    /** In which a subscription surely arrives; where it does not, the test sees nothing and passes. */
    private static final long ARRIVES_MILLIS = 300;

    @TempDir
    private Path folder;

    @Test
    void whoSubscribesWhileMessagesWaitIsWelcomedBeforeThem() throws Exception {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path file = Files.writeString(folder.resolve("connection.json"), """
                {"transport": "tcp", "ip": "127.0.0.1", "signature_scheme": "hmac-sha256", "key": "",
                 "shell_port": 1, "iopub_port": %d, "stdin_port": 1, "control_port": 1, "hb_port": 1}""".formatted(port));
        var properties = ConnectionFile.read(file);
        ZMQ.Context context = ZMQ.context(1);
        var channel = new PublishChannel(context, new Wire(ConnectionFile.signer(properties, file), "5.5"));
        channel.bind(properties);
        channel.start();
        var free = new CountDownLatch(1);
        channel.post(() -> await(free));
        channel.publish("status", null, null, JsonNodeFactory.instance.objectNode(), List.of());
        try (ZMQ.Socket subscriber = context.socket(SocketType.SUB)) {
            subscriber.connect("tcp://127.0.0.1:" + port);
            subscriber.subscribe(new byte[0]);
            Thread.sleep(ARRIVES_MILLIS);
            free.countDown();
            var message = new StringBuilder();
            do {
                message.append(new String(subscriber.recv(), StandardCharsets.UTF_8));
            } while (subscriber.hasReceiveMore());
            assertThat(message).contains("iopub_welcome");
        } finally {
            channel.finish(1_000);
            context.close();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
