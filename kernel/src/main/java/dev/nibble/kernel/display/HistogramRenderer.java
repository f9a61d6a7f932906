package dev.nibble.kernel.display;

import dev.nibble.plot.Charts;
import dev.nibble.tensor.Histogram;

/** Histograms, as charts. */
public final class HistogramRenderer implements Renderer<Histogram> {
    @Override
    public Class<Histogram> type() {
        return Histogram.class;
    }

    @Override
    public MimeBundle render(Histogram histogram, RenderOptions options) {
        String title = "Histogram of " + Html.count(histogram.total()) + " values";
        return new ChartRenderer().render(Charts.histogram(title, histogram), options);
    }
}
