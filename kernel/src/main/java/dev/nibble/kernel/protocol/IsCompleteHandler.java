package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.jshell.CodeCheck;
import java.util.Locale;

/** {@code is_complete_request}: whether a console should run the code, or wait for more lines. */
public final class IsCompleteHandler implements Handler {
    private final Cells cells;

    /** @param cells where code runs and is looked into */
    public IsCompleteHandler(Cells cells) {
        this.cells = cells;
    }

    @Override
    public void handle(Request request, Reply reply) {
        String code = request.text("code");
        CodeCheck.Result result = cells.checkSoon(code);
        ObjectNode content = Json.object().put("status", result.status().name().toLowerCase(Locale.ROOT));
        if (result.status() == CodeCheck.Status.INCOMPLETE) {
            content.put("indent", result.indent());
        }
        reply.reply(content);
    }
}
