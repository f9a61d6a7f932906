package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.jshell.Documentation.Help;
import dev.nibble.kernel.magic.CellDocumentation;
import java.util.Optional;

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
        boolean withSource = request.content().path("detail_level").asInt(0) > 0;
        Optional<Help> help = new CellDocumentation(cells.magics(), cells.engine())
                .at(code, CodePoints.cursor(request, code), withSource);
        ObjectNode content = Json.ok().put("found", help.isPresent());
        ObjectNode data = content.putObject("data");
        help.ifPresent(it -> data.put("text/plain", it.text()).put("text/html", it.html()));
        content.putObject("metadata");
        reply.reply(content);
    }
}
