package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.jshell.Documentation;

/** {@code inspect_request}: what stands at the cursor. */
public final class InspectHandler implements Handler {
    private final Cells cells;

    /** @param cells where code runs and is looked into */
    public InspectHandler(Cells cells) {
        this.cells = cells;
    }

    @Override
    public void handle(Request request, Reply reply) {
        String code = request.text("code");
        String text = new Documentation(cells.engine()).at(code, CodePoints.cursor(request, code));
        ObjectNode content = Json.ok().put("found", !text.isEmpty());
        ObjectNode data = content.putObject("data");
        if (!text.isEmpty()) {
            data.put("text/plain", text);
        }
        content.putObject("metadata");
        reply.reply(content);
    }
}
