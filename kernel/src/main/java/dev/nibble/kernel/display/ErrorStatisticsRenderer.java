package dev.nibble.kernel.display;

import dev.nibble.plot.Numbers;
import dev.nibble.tensor.ErrorStatistics;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Errors of an approximation, one figure a row. */
public final class ErrorStatisticsRenderer implements Renderer<ErrorStatistics> {
    @Override
    public Class<ErrorStatistics> type() {
        return ErrorStatistics.class;
    }

    @Override
    public MimeBundle render(ErrorStatistics e, RenderOptions options) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("values", Html.count(e.count()));
        facts.put("MSE", Numbers.text(e.mse()));
        facts.put("SQNR", Numbers.text(e.sqnrDb()) + " dB");
        facts.put("max error", Numbers.text(e.maxError()));
        facts.put("mean error", Numbers.text(e.meanError()));
        facts.put("cosine", String.format(Locale.ROOT, "%.6f", e.cosine()));
        return Cards.facts("", facts, e.toString());
    }
}
