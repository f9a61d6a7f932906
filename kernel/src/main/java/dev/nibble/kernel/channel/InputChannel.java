package dev.nibble.kernel.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * The channel on which cells ask people for input. One question at a time; an interrupt ends the wait for its answer.
 * What comes while nobody asks is thrown away.
 */
final class InputChannel extends Channel {
    /** What consoles send for Ctrl-D. */
    private static final String END = "\u0004";

    private final Wire wire;
    private final ReentrantLock one = new ReentrantLock(true);
    /** Who waits for an answer, or null. Used by the channel's own thread only. */
    private CompletableFuture<Optional<String>> asker;

    InputChannel(ZMQ.Context context, Wire wire) {
        super(context, SocketType.ROUTER, "stdin");
        this.wire = wire;
    }

    @Override
    int port(KernelConnectionProperties properties) {
        return properties.getStdinPort();
    }

    /**
     * Asks, and waits for the answer.
     *
     * @param identities whom to ask: who sent the request on the shell channel
     * @return null at the end of the input
     */
    String ask(List<byte[]> identities, JsonNode parent, String prompt, boolean password) throws InterruptedException {
        ObjectNode content =
                JsonNodeFactory.instance.objectNode().put("prompt", prompt).put("password", password);
        List<byte[]> question = wire.build(identities, "input_request", parent, null, content, List.of());
        var answer = new CompletableFuture<Optional<String>>();
        one.lockInterruptibly();
        try {
            post(() -> {
                asker = answer;
                send(question);
            });
            return answer.get().orElse(null);
        } catch (ExecutionException e) {
            throw new IllegalStateException("an answer is never an error", e);
        } finally {
            post(() -> asker = null);
            one.unlock();
        }
    }

    @Override
    void serve() {
        listen(frames -> {
            if (asker == null) {
                return;
            }
            try {
                var reply = wire.parse(frames).request();
                if (reply.type().equals("input_reply")) {
                    String line = reply.content().path("value").asText("");
                    asker.complete(line.equals(END) ? Optional.empty() : Optional.of(line));
                    asker = null;
                }
            } catch (Wire.NotAMessage e) {
                // not an answer
            }
        });
    }
}
