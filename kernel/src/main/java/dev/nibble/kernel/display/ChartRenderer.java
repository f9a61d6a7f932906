package dev.nibble.kernel.display;

import dev.nibble.plot.Chart;
import dev.nibble.plot.ChartText;
import java.util.Optional;

/** Charts of the library. */
public final class ChartRenderer implements Renderer<Chart> {
    @Override
    public Class<Chart> type() {
        return Chart.class;
    }

    @Override
    public MimeBundle render(Chart chart, RenderOptions options) {
        Optional<String> drawn = options.drawnText() ? ChartText.of(chart, options.width()) : Optional.empty();
        return drawn.map(MimeBundle::text)
                .orElseGet(() -> FigureBundle.of(chart.plotly(), picture(chart), chart.description(), options));
    }

    /** A Java without fonts or without AWT cannot draw; the interactive figure still shows. */
    private static byte[] picture(Chart chart) {
        try {
            return chart.png();
        } catch (Exception | LinkageError | InternalError noGraphics) {
            return null;
        }
    }
}
