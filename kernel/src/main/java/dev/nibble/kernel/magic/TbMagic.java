package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import java.util.List;

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
        List<String> lines = context.engine().lastTraceback();
        context.cell().say(lines.isEmpty() ? "no error yet" : String.join("\n", lines));
        return Evaluation.NOTHING;
    }
}
