package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code %env}: environment variables, those of programs that cells start. */
public final class EnvMagic extends NamedMagic {
    private static final Pattern SET = Pattern.compile("([A-Za-z_]\\w*)(?:\\s*=\\s*|\\s+)(.*)", Pattern.DOTALL);
    private static final Pattern SECRET = Pattern.compile("(?i).*(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY).*");

    public EnvMagic() {
        super(
                "env",
                "environment variables; what is set here is seen by !command and %%bash, not by Java",
                "%env",
                "%env NAME",
                "%env NAME=VALUE");
    }

    @Override
    public Evaluation run(Call call, Context context) {
        String typed = call.arguments();
        Matcher set = SET.matcher(typed);
        Map<String, String> all = ShellCommands.environment();
        if (typed.isEmpty()) {
            all.forEach((name, value) ->
                    context.cell().say(name + "=" + (SECRET.matcher(name).matches() ? "(not shown)" : value)));
        } else if (set.matches()) {
            ShellCommands.set(set.group(1), set.group(2));
            context.cell()
                    .say(set.group(1) + "=" + set.group(2) + "   (for !command and %%bash; a JVM's own environment can"
                            + " not be changed: set it before the kernel starts)");
        } else if (all.containsKey(typed)) {
            context.cell().say(all.get(typed));
        } else {
            throw new UsageError("there is no environment variable " + typed + "; %env lists them");
        }
        return Evaluation.NOTHING;
    }
}
