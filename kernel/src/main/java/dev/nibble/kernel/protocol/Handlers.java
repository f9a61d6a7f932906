package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.history.History;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

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
        handlers.put("comm_open", (request, reply) -> comms.open(request));
        handlers.put("comm_msg", (request, reply) -> comms.message(request));
        handlers.put("comm_close", (request, reply) -> comms.close(request));
        return new Dispatcher(handlers);
    }

    /** The control channel: what must not wait. */
    public static Dispatcher control(Cells cells, Consumer<Boolean> shutdown) {
        Map<String, Handler> handlers = new HashMap<>(common(shutdown));
        handlers.put("interrupt_request", (request, reply) -> {
            cells.interrupt();
            reply.reply(Json.ok());
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
