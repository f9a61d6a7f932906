package dev.nibble.kernel.magic;

import dev.nibble.kernel.cell.Notebook;
import dev.nibble.kernel.jshell.Evaluation;

/** {@code %%html}: the cell is HTML. */
public final class HtmlMagic extends NamedMagic {
    public HtmlMagic() {
        super("html", "shows the cell as HTML", "%%html");
    }

    @Override
    public Argument argument() {
        return Argument.NOTHING;
    }

    @Override
    public Evaluation run(Call call, Context context) {
        var _ = Notebook.html(body(call, "%%html"));
        return Evaluation.NOTHING;
    }
}
