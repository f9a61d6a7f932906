package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.jshell.CellSource;
import dev.nibble.kernel.jshell.CodeCheck;
import dev.nibble.kernel.magic.Magic;
import dev.nibble.kernel.magic.Magics;
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
        CodeCheck.Result result = check(code, new CodeCheck(cells.engine().analysis()));
        ObjectNode content = Json.object().put("status", result.status().name().toLowerCase(Locale.ROOT));
        if (result.status() == CodeCheck.Status.INCOMPLETE) {
            content.put("indent", result.indent());
        }
        reply.reply(content);
    }

    private CodeCheck.Result check(String code, CodeCheck check) {
        var whole = new CodeCheck.Result(CodeCheck.Status.COMPLETE, "");
        try {
            for (Magics.Piece piece :
                    cells.magics().pieces(new CellSource("", code), check, cells.engine()::declares)) {
                if (piece.magic() == null) {
                    CodeCheck.Result result = check.check(code.substring(piece.begin(), piece.end()));
                    if (result.status() != CodeCheck.Status.COMPLETE) {
                        return result;
                    }
                }
            }
            return whole;
        } catch (Magic.UsageError e) {
            return new CodeCheck.Result(CodeCheck.Status.INVALID, "");
        }
    }
}
