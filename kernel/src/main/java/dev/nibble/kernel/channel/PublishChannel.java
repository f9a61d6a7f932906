package dev.nibble.kernel.channel;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.messages.HMACGenerator;
import io.github.spencerpark.jupyter.messages.Message;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * The publishing channel. Any thread may publish, a cell's and an interrupted one too: messages wait in a queue for the
 * socket's own thread, and leave in the order in which they came.
 */
final class PublishChannel extends Channel {
    private final Wire wire;
    private final LinkedBlockingQueue<Job> queue = new LinkedBlockingQueue<>();

    /** Frames to send, or a sign that everything before it was sent; the last one ends the channel. */
    private record Job(List<byte[]> frames, CountDownLatch reached, boolean last) {}

    PublishChannel(ZMQ.Context context, HMACGenerator signer, Wire wire) {
        super(context, SocketType.PUB, signer, "iopub");
        this.wire = wire;
    }

    @Override
    int port(KernelConnectionProperties properties) {
        return properties.getIopubPort();
    }

    void publish(String type, JsonNode parent, JsonNode metadata, JsonNode content, List<byte[]> buffers) {
        byte[] topic = type.getBytes(StandardCharsets.UTF_8);
        queue.add(new Job(wire.build(List.of(topic), type, parent, metadata, content, buffers), null, false));
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

    /** Sends what is waiting, and then nothing more; returns when that is done or {@code millis} have passed. */
    void finish(long millis) throws InterruptedException {
        var reached = new CountDownLatch(1);
        queue.add(new Job(null, reached, true));
        boolean _ = reached.await(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    void serve() {
        while (true) {
            Job job;
            try {
                job = queue.take();
            } catch (InterruptedException e) {
                return;
            }
            if (job.frames != null) {
                send(job.frames);
            }
            if (job.reached != null) {
                job.reached.countDown();
            }
            if (job.last) {
                return;
            }
        }
    }
}
