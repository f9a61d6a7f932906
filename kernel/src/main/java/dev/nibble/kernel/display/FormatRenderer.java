package dev.nibble.kernel.display;

import dev.nibble.format.Format;

/** A format: its recipe and its definition in a sentence. */
public final class FormatRenderer implements Renderer<Format> {
    @Override
    public Class<Format> type() {
        return Format.class;
    }

    @Override
    public MimeBundle render(Format format, RenderOptions options) {
        String recipe = format.recipe().toString();
        String canonical = format.canonical().toString();
        String spelled = canonical.equals(recipe) ? "" : " = " + canonical;
        return Cards.bundle(
                "<code>" + Html.escape(recipe) + "</code>" + Html.escape(spelled) + "<br>"
                        + Html.escape(format.description()),
                recipe + spelled + "\n" + format.description());
    }
}
