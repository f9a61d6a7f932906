package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;

/** {@code %tb}: the last error with every frame. */
public final class TbMagic extends NamedMagic {
    /** Its one. */
    public TbMagic() {
        super("tb", "the last error again, with every call that led to it", "%tb");
    }

    @Override
    public Argument argument() {
        return Argument.NOTHING;
    }

    @Override
    public Evaluation run(Call call, Context context) {
        context.cell()
                .say(context.workspace()
                        .lastProblem()
                        .map(problem -> String.join("\n", problem.whole()))
                        .orElse("no error yet"));
        return Evaluation.NOTHING;
    }
}
