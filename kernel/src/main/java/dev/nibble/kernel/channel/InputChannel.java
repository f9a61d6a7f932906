package dev.nibble.kernel.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.messages.HMACGenerator;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/** The channel on which cells ask people for input. One question at a time; an interrupt ends the wait for its answer. */
final class InputChannel extends Channel {
    /** How soon a question is given up after its cell was interrupted, in milliseconds. */
    private static final long PATIENCE = 20;
    /** What consoles send for Ctrl-D. */
    private static final String END = "\u0004";

    private final ZMQ.Context context;
    private final Wire wire;
    private final LinkedBlockingQueue<Question> questions = new LinkedBlockingQueue<>();
    private volatile boolean ended;

    private static final class Question {
        final List<byte[]> frames;
        final SynchronousQueue<Answer> answer = new SynchronousQueue<>();
        volatile boolean withdrawn;

        Question(List<byte[]> frames) {
            this.frames = frames;
        }
    }

    /** A line, or null at the end of the input. */
    private record Answer(String line) {}

    InputChannel(ZMQ.Context context, HMACGenerator signer, Wire wire) {
        super(context, SocketType.ROUTER, signer, "stdin");
        this.context = context;
        this.wire = wire;
    }

    @Override
    int port(KernelConnectionProperties properties) {
        return properties.getStdinPort();
    }

    /** @param identities whom to ask: who sent the request on the shell channel */
    String ask(List<byte[]> identities, JsonNode parent, String prompt, boolean password) throws InterruptedException {
        ObjectNode content =
                JsonNodeFactory.instance.objectNode().put("prompt", prompt).put("password", password);
        var question = new Question(wire.build(identities, "input_request", parent, null, content, List.of()));
        questions.put(question);
        try {
            return question.answer.take().line();
        } finally {
            question.withdrawn = true;
        }
    }

    /** Ends the channel. */
    void end() {
        ended = true;
        questions.add(new Question(List.of()));
    }

    @Override
    void serve() {
        try (ZMQ.Poller poller = context.poller(1)) {
            poller.register(this, ZMQ.Poller.POLLIN);
            while (true) {
                Question question = questions.take();
                if (ended) {
                    return;
                }
                while (receiveNow() != null) {
                    // an answer to a question that was withdrawn
                }
                send(question.frames);
                while (!question.withdrawn && !ended) {
                    if (poller.poll(PATIENCE) > 0 && answered(question, receiveNow())) {
                        break;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean answered(Question question, List<byte[]> frames) throws InterruptedException {
        if (frames == null) {
            return false;
        }
        try {
            var reply = wire.parse(frames).request();
            if (!reply.type().equals("input_reply")) {
                return false;
            }
            String line = reply.content().path("value").asText("");
            var answer = new Answer(line.equals(END) ? null : line);
            while (!question.withdrawn && !question.answer.offer(answer, PATIENCE, TimeUnit.MILLISECONDS)) {
                // the asker has not come to wait yet
            }
            return true;
        } catch (Wire.NotAMessage e) {
            return false;
        }
    }
}
