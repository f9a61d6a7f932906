package dev.nibble.kernel.display;

import dev.nibble.model.Model;
import dev.nibble.plot.TextTable;

/** A model: its name, size, and what its file says about itself. */
public final class ModelRenderer implements Renderer<Model> {
    @Override
    public Class<Model> type() {
        return Model.class;
    }

    @Override
    public MimeBundle render(Model model, RenderOptions options) {
        var view = CheckpointRenderer.view(model.checkpoint(), Math.min(options.maxRows(), 12));
        String heading = model.toString();
        return Cards.bundle(
                "<div><b>" + Html.escape(heading) + "</b>" + Html.table(view) + "</div>",
                heading + "\n" + TextTable.of(view, options.width()));
    }
}
