package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import java.util.stream.Collectors;

/** {@code %lsmagic}: every magic by name. */
public final class LsmagicMagic extends NamedMagic {
    public LsmagicMagic() {
        super("lsmagic", "the names of all magics; %help says what each does", "%lsmagic");
    }

    @Override
    public Argument argument() {
        return Argument.NOTHING;
    }

    @Override
    public Evaluation run(Call call, Context context) {
        context.cell().say("On a line:     " + written(context, "%", false));
        context.cell().say("For a cell:    " + written(context, "%%", true));
        context.cell().say("For the shell: !command");
        context.cell().say("%help says what each does, %name --help how it is written.");
        return Evaluation.NOTHING;
    }

    private static String written(Context context, String sign, boolean whole) {
        return context.all().stream()
                .filter(magic -> magic.stands(whole))
                .map(magic -> sign + magic.name())
                .collect(Collectors.joining(" "));
    }
}
