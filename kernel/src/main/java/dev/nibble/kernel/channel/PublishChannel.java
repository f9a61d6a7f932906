package dev.nibble.kernel.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.messages.Message;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * The publishing channel. Any thread may publish, a cell's and an interrupted one too: messages leave in the order in
 * which they came. Who subscribes is welcomed, and so knows that nothing published from then on passes it by.
 */
final class PublishChannel extends Channel {
    private static final byte SUBSCRIBES = 1;

    private final Wire wire;

    PublishChannel(ZMQ.Context context, Wire wire) {
        super(context, SocketType.XPUB, "iopub");
        this.wire = wire;
        // A second subscription to the same topic is told to us too.
        setXpubVerbose(true);
    }

    @Override
    int port(KernelConnectionProperties properties) {
        return properties.getIopubPort();
    }

    void publish(String type, JsonNode parent, JsonNode metadata, JsonNode content, List<byte[]> buffers) {
        byte[] topic = type.getBytes(StandardCharsets.UTF_8);
        List<byte[]> frames = wire.build(List.of(topic), type, parent, metadata, content, buffers);
        post(() -> {
            welcomeNew();
            send(frames);
        });
    }

    /** What basekernel's comms send. */
    @Override
    public synchronized void sendMessage(Message<?> message) {
        publish(
                message.getHeader().getType().getName(),
                Basekernel.header(message.getParentHeader()),
                Basekernel.tree(message.getMetadata()),
                Basekernel.tree(message.getContent()),
                message.getBlobs() == null ? List.of() : message.getBlobs());
    }

    @Override
    void serve() {
        listen(this::take);
    }

    /** Whoever subscribed while something waited to be published gets it too: the welcome comes before that. */
    private void welcomeNew() {
        for (int i = 0; i < MAX_ROUND; i++) {
            List<byte[]> event = receiveNow();
            if (event == null) {
                return;
            }
            take(event);
        }
    }

    private void take(List<byte[]> frames) {
        byte[] event = frames.getFirst();
        if (frames.size() == 1 && event.length > 0 && event[0] == SUBSCRIBES) {
            welcome(Arrays.copyOfRange(event, 1, event.length));
        }
    }

    /** Topics are the beginnings of message types, so the welcome has the topic itself as its first frame. */
    private void welcome(byte[] topic) {
        String subscription = new String(topic, StandardCharsets.UTF_8);
        var content = JsonNodeFactory.instance.objectNode().put("subscription", subscription);
        List<byte[]> identities = topic.length == 0 ? List.of() : List.of(topic);
        send(wire.build(identities, "iopub_welcome", null, null, content, List.of()));
    }
}
