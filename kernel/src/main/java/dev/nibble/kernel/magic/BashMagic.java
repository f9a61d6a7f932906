package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import dev.nibble.kernel.jshell.Problem;
import java.util.List;

/** {@code %%bash}: the cell is a script; and what {@code !command} calls. */
public final class BashMagic extends NamedMagic {
    public BashMagic() {
        super("bash", "runs the cell, or the line, by bash; !command does the same", "%%bash", "%bash COMMAND");
    }

    @Override
    public Evaluation run(Call call, Context context) throws Exception {
        String script = call.wholeCell() ? body(call, "%%bash") : call.arguments();
        if (script.isBlank()) {
            throw new UsageError("no command: write !ls -l on a line, or a script after %%bash");
        }
        int status = context.session().call(() -> ShellCommands.run(script, context.cell()));
        if (status == 0) {
            return Evaluation.NOTHING;
        }
        if (!call.wholeCell()) {
            context.cell().note("exit code " + status);
            return Evaluation.NOTHING;
        }
        String message = "the script ended with exit code " + status;
        return new Evaluation(
                false,
                null,
                new Problem("ScriptFailed", message, List.of("\u001b[31mScriptFailed\u001b[0m: " + message)));
    }
}
