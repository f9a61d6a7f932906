package dev.nibble.kernel.channel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.cell.StandardStreams;
import dev.nibble.kernel.protocol.Dispatcher;
import dev.nibble.kernel.protocol.Reply;
import dev.nibble.kernel.protocol.Request;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * The shell or the control channel. Its own thread only takes in messages and sends replies; the requests are answered
 * on {@linkplain Lane lanes}, one after another on each.
 */
final class RequestChannel extends Channel {
    /** What abandoning waits for at most, in milliseconds: the channel's thread never works long. */
    private static final long SOON = 1_000;

    private final ToIntFunction<KernelConnectionProperties> port;
    private final Wire wire;
    private final PublishChannel publisher;
    private final InputChannel input;
    private final Set<String> logged = new HashSet<>();
    private Dispatcher dispatcher;
    private Lanes lanes;

    RequestChannel(
            ZMQ.Context context,
            String name,
            ToIntFunction<KernelConnectionProperties> port,
            Wire wire,
            PublishChannel publisher,
            InputChannel input) {
        super(context, SocketType.ROUTER, name);
        this.port = port;
        this.wire = wire;
        this.publisher = publisher;
        this.input = input;
    }

    @Override
    int port(KernelConnectionProperties properties) {
        return port.applyAsInt(properties);
    }

    /** Which lane takes a request. */
    interface Lanes {
        /** Null where there is no such lane: the request is refused. */
        Lane of(Request request);
    }

    /** @param refusing says so to who asks for a lane that is not there */
    void start(Lanes laid, Dispatcher refusing) {
        lanes = laid;
        dispatcher = refusing;
        start();
    }

    @Override
    void serve() {
        listen(this::route);
    }

    private void route(List<byte[]> frames) {
        Wire.Incoming next;
        try {
            next = wire.parse(frames);
        } catch (Wire.NotAMessage e) {
            if (logged.add(e.getMessage())) {
                StandardStreams.log().println("nibble: ignored " + e.getMessage() + " (said once)");
            }
            return;
        }
        Lane lane = lanes.of(next.request());
        var answer = new Answer(next, lane);
        if (lane == null) {
            dispatcher.refuse(next.request(), answer, "there is no subshell of that id");
        } else {
            lane.add(next.request(), answer);
        }
    }

    /** Everything that has arrived by now is in its lane when this returns. Only on the channel's own thread. */
    private void takeInAll() {
        for (List<byte[]> frames = receiveNow(); frames != null; frames = receiveNow()) {
            route(frames);
        }
    }

    /** The way back to the sender of one request. */
    private final class Answer implements Reply {
        private final Wire.Incoming to;
        private final Lane lane;

        Answer(Wire.Incoming to, Lane lane) {
            this.to = to;
            this.lane = lane;
        }

        @Override
        public void reply(ObjectNode content) {
            String type = to.request().type().replaceFirst("_request$", "") + "_reply";
            List<byte[]> frames = wire.build(to.identities(), type, to.request().header(), null, content, List.of());
            post(() -> send(frames));
        }

        @Override
        public void publish(String type, ObjectNode content, List<byte[]> buffers) {
            publisher.publish(type, to.request().header(), null, content, buffers);
        }

        @Override
        public String ask(String prompt, boolean password) throws InterruptedException {
            // What the cell has printed goes first.
            boolean _ = publisher.postAndWait(() -> {}, SOON);
            return input.ask(to.identities(), to.request().header(), prompt, password);
        }

        @Override
        public void abandonWaiting() {
            try {
                boolean _ = postAndWait(
                        () -> {
                            takeInAll();
                            lane.abandonWaiting();
                        },
                        SOON);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
