package dev.nibble.kernel.display;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.plot.JsplotFigures;
import tech.tablesaw.plotly.components.Figure;

/** Figures that people make with tablesaw-jsplot. */
public final class FigureRenderer implements Renderer<Figure> {
    @Override
    public Class<Figure> type() {
        return Figure.class;
    }

    @Override
    public MimeBundle render(Figure figure, RenderOptions options) {
        ObjectNode plotly = JsplotFigures.plotly(figure);
        byte[] png = JsplotFigures.png(plotly);
        String title = plotly.path("layout").path("title").path("text").asText("");
        String kind = plotly.path("data").path(0).path("type").asText("scatter");
        return FigureBundle.of(plotly, png, ("Figure (" + kind + "): " + title).strip(), options);
    }
}
