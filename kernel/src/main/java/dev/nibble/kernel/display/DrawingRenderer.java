package dev.nibble.kernel.display;

import dev.nibble.plot.Drawing;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Drawings, in the colours of the page; as pictures on white for who shows no SVG. */
public final class DrawingRenderer implements Renderer<Drawing> {
    @Override
    public Class<Drawing> type() {
        return Drawing.class;
    }

    @Override
    public MimeBundle render(Drawing drawing, RenderOptions options) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("image/svg+xml", drawing.svg());
        data.put("image/png", Base64.getEncoder().encodeToString(drawing.png()));
        data.put("text/plain", drawing.description());
        Map<String, Object> size = Map.of("width", drawing.width(), "height", drawing.height());
        return new MimeBundle(data, Map.of("image/png", size));
    }
}
