package dev.nibble.kernel.channel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.cell.StandardStreams;
import dev.nibble.kernel.protocol.Dispatcher;
import dev.nibble.kernel.protocol.Reply;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.messages.HMACGenerator;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/** The shell or the control channel: one request after another, whatever arrives. */
final class RequestChannel extends Channel {
    private final ToIntFunction<KernelConnectionProperties> port;
    private final Wire wire;
    private final PublishChannel publisher;
    private final InputChannel input;
    private final ArrayDeque<Wire.Incoming> waiting = new ArrayDeque<>();
    private final Set<String> logged = new HashSet<>();
    private volatile Dispatcher dispatcher;

    RequestChannel(
            ZMQ.Context context,
            HMACGenerator signer,
            String name,
            ToIntFunction<KernelConnectionProperties> port,
            Wire wire,
            PublishChannel publisher,
            InputChannel input) {
        super(context, SocketType.ROUTER, signer, name);
        this.port = port;
        this.wire = wire;
        this.publisher = publisher;
        this.input = input;
    }

    @Override
    int port(KernelConnectionProperties properties) {
        return port.applyAsInt(properties);
    }

    void start(Dispatcher answers) {
        dispatcher = answers;
        start();
    }

    @Override
    void serve() {
        while (!Thread.currentThread().isInterrupted()) {
            Wire.Incoming next = waiting.isEmpty() ? parse(receive()) : waiting.poll();
            if (next != null) {
                dispatcher.handle(next.request(), new Answer(next));
            }
        }
    }

    private Wire.Incoming parse(List<byte[]> frames) {
        if (frames == null) {
            return null;
        }
        try {
            return wire.parse(frames);
        } catch (Wire.NotAMessage e) {
            if (logged.add(e.getMessage())) {
                StandardStreams.log().println("nibble: ignored " + e.getMessage() + " (said once)");
            }
            return null;
        }
    }

    private void abandonWaiting() {
        for (List<byte[]> frames = receiveNow(); frames != null; frames = receiveNow()) {
            Wire.Incoming next = parse(frames);
            if (next != null) {
                waiting.add(next);
            }
        }
        for (int i = waiting.size(); i > 0; i--) {
            Wire.Incoming next = waiting.remove();
            waiting.add(new Wire.Incoming(next.identities(), next.request().abandon()));
        }
    }

    /** A cell that ends while the kernel ends has nobody left to tell. */
    private static void unlessClosed(Runnable work) {
        try {
            work.run();
        } catch (ZMQException e) {
            if (e.getErrorCode() != ZMQ.Error.ETERM.getCode()) {
                throw e;
            }
        }
    }

    /** The way back to the sender of one request. */
    private final class Answer implements Reply {
        private final Wire.Incoming to;

        Answer(Wire.Incoming to) {
            this.to = to;
        }

        @Override
        public void reply(ObjectNode content) {
            String type = to.request().type().replaceFirst("_request$", "") + "_reply";
            unlessClosed(
                    () -> send(wire.build(to.identities(), type, to.request().header(), null, content, List.of())));
        }

        @Override
        public void publish(String type, ObjectNode content) {
            publisher.publish(type, to.request().header(), null, content, List.of());
        }

        @Override
        public String ask(String prompt, boolean password) throws InterruptedException {
            return input.ask(to.identities(), to.request().header(), prompt, password);
        }

        @Override
        public void abandonWaiting() {
            unlessClosed(RequestChannel.this::abandonWaiting);
        }
    }
}
