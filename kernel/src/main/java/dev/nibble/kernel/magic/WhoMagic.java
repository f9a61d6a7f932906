package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;

/** {@code %who}: the names of the session's variables. */
public final class WhoMagic extends NamedMagic {
    public WhoMagic() {
        super("who", "the names of the variables", "%who");
    }

    @Override
    public Argument argument() {
        return Argument.NOTHING;
    }

    @Override
    public Evaluation run(Call call, Context context) {
        var names = context.engine().variables().keySet();
        context.cell().say(names.isEmpty() ? "no variables yet" : String.join("  ", names));
        return Evaluation.NOTHING;
    }
}
