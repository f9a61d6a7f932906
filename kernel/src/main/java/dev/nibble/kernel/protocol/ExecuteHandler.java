package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.history.History;
import dev.nibble.kernel.protocol.CellRunner.CellRequest;
import dev.nibble.kernel.protocol.CellRunner.CellResult;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code execute_request}: runs a cell. */
public final class ExecuteHandler implements Handler {
    private final Cells cells;
    private final History history;

    /**
     * @param cells where code runs
     * @param history where what counts is noted
     */
    public ExecuteHandler(Cells cells, History history) {
        this.cells = cells;
        this.history = history;
    }

    @Override
    public void handle(Request request, Reply reply) {
        if (request.abandoned()) {
            reply.reply(Json.object().put("status", "aborted"));
            return;
        }
        String code = request.text("code");
        boolean silent = request.flag("silent", false);
        boolean counts = !silent && request.flag("store_history", true);
        CellRunner.Input input = request.flag("allow_stdin", true) ? reply::ask : null;
        var output = new ReplyOutput(reply);
        Cells.Outcome outcome = cells.run(
                new CellRequest(code, silent, counts, input),
                output,
                request.subshell(),
                expressions(request),
                number -> {
                    if (!silent) {
                        reply.publish(
                                "execute_input", Json.object().put("code", code).put("execution_count", number));
                    }
                });
        CellResult result = outcome.result();
        if (counts) {
            history.add(result.executionCount(), code, output.resultText());
        }
        if (result.ok()) {
            ObjectNode content = Json.ok().put("execution_count", result.executionCount());
            ObjectNode values = content.putObject("user_expressions");
            outcome.values().forEach((name, value) -> values.set(name, expression(value)));
            content.putArray("payload").addAll(output.payload());
            reply.reply(content);
        } else {
            if (request.flag("stop_on_error", true)) {
                // Before the reply: what a front end sends after it is meant to run.
                reply.abandonWaiting();
            }
            ObjectNode content = Json.error(result.error()).put("execution_count", result.executionCount());
            content.putObject("user_expressions");
            content.putArray("payload");
            reply.reply(content);
        }
    }

    private static ObjectNode expression(Cells.Expression value) {
        return value.error() != null
                ? Json.error(value.error())
                : Json.bundle(value.value()).put("status", "ok");
    }

    private static Map<String, String> expressions(Request request) {
        Map<String, String> expressions = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry :
                request.content().path("user_expressions").properties()) {
            if (entry.getValue().isTextual()) {
                expressions.put(entry.getKey(), entry.getValue().asText());
            }
        }
        return expressions;
    }
}
