package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.history.History;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** Which handler answers which request on which channel. */
public final class Handlers {
    private Handlers() {}

    /**
     * The shell channel: everything that waits its turn behind running cells.
     *
     * @param history of the person
     * @param shutdown ends the process; gets whether it will be started again
     */
    public static Dispatcher shell(Cells cells, History history, Comms comms, Consumer<Boolean> shutdown) {
        Map<String, Handler> handlers = new HashMap<>(common(shutdown));
        var execute = new ExecuteHandler(cells, history);
        handlers.put("execute_request", (request, reply) -> {
            comms.causedBy(request);
            execute.handle(request, reply);
        });
        handlers.put("complete_request", new CompleteHandler(cells));
        handlers.put("inspect_request", new InspectHandler(cells));
        handlers.put("is_complete_request", new IsCompleteHandler(cells));
        handlers.put("history_request", new HistoryHandler(history));
        handlers.put("comm_info_request", (request, reply) -> commInfo(comms, request, reply));
        handlers.put("comm_open", comm(cells, comms, comms::open));
        handlers.put("comm_msg", comm(cells, comms, comms::message));
        handlers.put("comm_close", comm(cells, comms, comms::close));
        return new Dispatcher(handlers);
    }

    /** The control channel: what must not wait. */
    public static Dispatcher control(Cells cells, Subshells subshells, Consumer<Boolean> shutdown) {
        Map<String, Handler> handlers = new HashMap<>(common(shutdown));
        handlers.put("interrupt_request", (request, reply) -> {
            if (request.subshell() == null) {
                cells.interrupt();
            } else {
                cells.interrupt(request.subshell());
            }
            reply.reply(Json.ok());
        });
        handlers.put("usage_request", new UsageHandler());
        handlers.put("debug_request", Handlers::refuseToDebug);
        handlers.put("create_subshell_request", (_, reply) -> {
            reply.reply(Json.ok().put("subshell_id", subshells.create()));
        });
        handlers.put("delete_subshell_request", (request, reply) -> {
            String id = request.text("subshell_id");
            subshells.delete(id);
            cells.interrupt(id);
            reply.reply(Json.ok());
        });
        handlers.put("list_subshell_request", (_, reply) -> {
            ObjectNode content = Json.ok();
            ArrayNode ids = content.putArray("subshell_id");
            subshells.list().forEach(ids::add);
            reply.reply(content);
        });
        return new Dispatcher(handlers);
    }

    private static Map<String, Handler> common(Consumer<Boolean> shutdown) {
        return Map.of("kernel_info_request", new KernelInfoHandler(), "shutdown_request", (request, reply) -> {
            boolean restart = request.flag("restart", false);
            reply.reply(Json.ok().put("restart", restart));
            shutdown.accept(restart);
        });
    }

    /** There is no debugger; a front end that asks all the same learns that at once, in the debugger's own protocol. */
    private static void refuseToDebug(Request request, Reply reply) {
        reply.reply(Json.object()
                .put("type", "response")
                .put("seq", 0)
                .put("request_seq", request.content().path("seq").asInt())
                .put("command", request.content().path("command").asText(""))
                .put("success", false)
                .put("message", "this kernel has no debugger"));
    }

    private static Handler comm(Cells cells, Comms comms, Function<Request, Runnable> taking) {
        return (request, reply) -> {
            comms.causedBy(request);
            Runnable work = taking.apply(request);
            if (work != null) {
                cells.attend(work, new ReplyOutput(reply), request.subshell());
            }
        };
    }

    private static void commInfo(Comms comms, Request request, Reply reply) {
        String target = request.content().path("target_name").asText("");
        ObjectNode content = Json.ok();
        ObjectNode open = content.putObject("comms");
        comms.targets().forEach((id, name) -> {
            if (target.isEmpty() || target.equals(name)) {
                open.putObject(id).put("target_name", name);
            }
        });
        reply.reply(content);
    }
}
