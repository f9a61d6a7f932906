package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.jshell.Completions.Completion;
import dev.nibble.kernel.jshell.Completions.Match;
import dev.nibble.kernel.magic.CellCompletions;

/** {@code complete_request}: what could stand at the cursor. */
public final class CompleteHandler implements Handler {
    private final Cells cells;

    /** @param cells where code runs and is looked into */
    public CompleteHandler(Cells cells) {
        this.cells = cells;
    }

    @Override
    public void handle(Request request, Reply reply) {
        String code = request.text("code");
        int cursor = CodePoints.cursor(request, code);
        Completion found = new CellCompletions(cells.magics(), cells.engine()).complete(code, cursor);
        ObjectNode content = Json.ok();
        var matches = content.putArray("matches");
        var types = Json.object().arrayNode();
        int start = CodePoints.position(code, found.start());
        int end = CodePoints.position(code, found.end());
        for (Match match : found.matches()) {
            matches.add(match.text());
            types.addObject()
                    .put("text", match.text())
                    .put("type", match.type())
                    .put("signature", match.signature())
                    .put("start", start)
                    .put("end", end);
        }
        content.put("cursor_start", start).put("cursor_end", end);
        content.putObject("metadata").set("_jupyter_types_experimental", types);
        reply.reply(content);
    }
}
