package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.cell.StandardStreams;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Hands each request of one channel to its handler, between "busy" and "idle". Nothing that goes wrong gets past it. */
public final class Dispatcher {
    private static final int MAX_REMEMBERED = 100;

    private final Map<String, Handler> handlers;
    private final Set<String> unknown = ConcurrentHashMap.newKeySet();
    private final Set<String> mistakes = ConcurrentHashMap.newKeySet();

    /** @param handlers by message type */
    public Dispatcher(Map<String, Handler> handlers) {
        this.handlers = Map.copyOf(handlers);
    }

    /** Answers one request by its type; an unknown type is logged and left alone. */
    public void handle(Request request, Reply reply) {
        reply.publish("status", state("busy"));
        try {
            Handler handler = handlers.get(request.type());
            if (handler != null) {
                handler.handle(request, reply);
            } else if (unknown.size() < MAX_REMEMBERED && unknown.add(printable(request.type()))) {
                StandardStreams.log()
                        .println("nibble: no answer to messages of type \"" + printable(request.type()) + "\"");
            }
        } catch (Throwable e) {
            if (!(e instanceof Request.BadRequest)) {
                log(e);
            }
            // Comm messages have no replies.
            if (request.type().endsWith("_request")) {
                reply.reply(Json.error(e.getClass().getSimpleName(), String.valueOf(e.getMessage()), List.of()));
            }
        } finally {
            reply.publish("status", state("idle"));
        }
    }

    /** Mistakes of ours, each once: a front end that asks for one again and again must not fill the server's log. */
    private void log(Throwable e) {
        StackTraceElement[] stack = e.getStackTrace();
        String where = e.getClass().getName() + (stack.length == 0 ? "" : " " + stack[0]);
        if (mistakes.size() < MAX_REMEMBERED && mistakes.add(where)) {
            e.printStackTrace(StandardStreams.log());
        }
    }

    /** Answers a request that cannot be handled, with an error that says why. */
    public void refuse(Request request, Reply reply, String why) {
        reply.publish("status", state("busy"));
        if (request.type().endsWith("_request")) {
            reply.reply(Json.error("BadRequest", request.type() + ": " + why, List.of()));
        }
        reply.publish("status", state("idle"));
    }

    private static String printable(String type) {
        String shown = type.length() > 60 ? type.substring(0, 60) + "…" : type;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }

    private static ObjectNode state(String state) {
        return Json.object().put("execution_state", state);
    }
}
