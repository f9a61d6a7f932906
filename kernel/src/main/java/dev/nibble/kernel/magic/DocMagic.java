package dev.nibble.kernel.magic;

import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.jshell.Documentation;
import dev.nibble.kernel.jshell.Documentation.Help;
import dev.nibble.kernel.jshell.Evaluation;
import java.util.List;
import java.util.Map;

/** {@code %doc NAME}, or shorter {@code NAME?}: documentation in the front end's pager. */
public final class DocMagic implements Magic {
    static final String NAME = "doc";
    private static final String SOURCE = "??";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> usage() {
        return List.of("%" + NAME + " NAME", "NAME?", "NAME??");
    }

    @Override
    public String help() {
        return "what a class, method or variable is, as Shift-Tab shows it; with ?? how it is written";
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
        if (name.equals("--help")) {
            context.cell().say(manual());
            return Evaluation.NOTHING;
        }
        if (name.startsWith("%")) {
            context.cell().page(MimeBundle.text(Magics.manual(name, context)));
            return Evaluation.NOTHING;
        }
        Help help = new Documentation(context.engine())
                .at(name, name.length(), wantsSource(call))
                .orElseThrow(() -> new UsageError("nothing is known about " + name));
        context.cell().page(MimeBundle.of(Map.of("text/plain", help.text(), "text/html", help.html())));
        return Evaluation.NOTHING;
    }

    /** {@code NAME??} and {@code ??NAME}. */
    private static boolean wantsSource(Call call) {
        String text = call.source().text();
        return text.substring(call.argumentsEnd()).stripLeading().startsWith(SOURCE)
                || text.substring(0, call.argumentsBegin()).stripTrailing().endsWith(SOURCE);
    }
}
