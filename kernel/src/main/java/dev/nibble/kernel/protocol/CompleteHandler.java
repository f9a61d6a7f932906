package dev.nibble.kernel.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.jshell.Completions;
import dev.nibble.kernel.jshell.Completions.Completion;
import dev.nibble.kernel.jshell.Completions.Match;
import dev.nibble.kernel.magic.Magic;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code complete_request}: what could stand at the cursor. */
public final class CompleteHandler implements Handler {
    private static final Pattern MAGIC = Pattern.compile("(?m)^[ \\t]*(%{1,2}\\w*)\\z");

    private final Cells cells;

    /** @param cells where code runs and is looked into */
    public CompleteHandler(Cells cells) {
        this.cells = cells;
    }

    @Override
    public void handle(Request request, Reply reply) {
        String code = request.text("code");
        int cursor = CodePoints.cursor(request, code);
        Matcher magic = MAGIC.matcher(code.substring(0, cursor));
        Completion found =
                magic.find() ? magics(magic.group(1), cursor) : new Completions(cells.engine()).complete(code, cursor);
        ObjectNode content = Json.ok();
        var matches = content.putArray("matches");
        var types = Json.object().arrayNode();
        int start = CodePoints.position(code, found.start());
        int end = CodePoints.position(code, cursor);
        for (Match match : found.matches()) {
            matches.add(match.text());
            types.addObject()
                    .put("text", match.text())
                    .put("type", match.type())
                    .put("start", start)
                    .put("end", end);
        }
        content.put("cursor_start", start).put("cursor_end", end);
        content.putObject("metadata").set("_jupyter_types_experimental", types);
        reply.reply(content);
    }

    private Completion magics(String typed, int cursor) {
        String sign = typed.startsWith("%%") ? "%%" : "%";
        String word = typed.substring(sign.length());
        var matches = cells.magics().all().stream()
                .map(Magic::name)
                .filter(name -> name.startsWith(word))
                .map(name -> new Match(sign + name, "magic"))
                .toList();
        return new Completion(matches, cursor - typed.length());
    }
}
