package dev.nibble.kernel.magic;

import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.jshell.Documentation;
import dev.nibble.kernel.jshell.Evaluation;
import java.util.List;

/** {@code %doc NAME}, or shorter {@code NAME?}: documentation in the front end's pager. */
public final class DocMagic implements Magic {
    static final String NAME = "doc";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> usage() {
        return List.of("%" + NAME + " NAME", "NAME?");
    }

    @Override
    public String help() {
        return "what a class, method or variable is, as Shift-Tab shows it";
    }

    @Override
    public Argument argument() {
        return Argument.NAME;
    }

    @Override
    public Evaluation run(Call call, Context context) {
        String name = call.arguments();
        if (name.isEmpty()) {
            throw new UsageError("%" + NAME + " needs a name, as in %" + NAME + " String.format");
        }
        String text = new Documentation(context.engine()).at(name, name.length());
        if (text.isEmpty()) {
            throw new UsageError("nothing is known about " + name);
        }
        context.cell().page(MimeBundle.text(text));
        return Evaluation.NOTHING;
    }
}
