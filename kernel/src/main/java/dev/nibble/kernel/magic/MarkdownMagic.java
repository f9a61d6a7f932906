package dev.nibble.kernel.magic;

import dev.nibble.kernel.cell.Notebook;
import dev.nibble.kernel.jshell.Evaluation;

/** {@code %%markdown}: the cell is Markdown. */
public final class MarkdownMagic extends NamedMagic {
    public MarkdownMagic() {
        super("markdown", "shows the cell as Markdown, with formulas between dollar signs", "%%markdown");
    }

    @Override
    public Argument argument() {
        return Argument.NOTHING;
    }

    @Override
    public Evaluation run(Call call, Context context) {
        var _ = Notebook.markdown(body(call, "%%markdown"));
        return Evaluation.NOTHING;
    }
}
