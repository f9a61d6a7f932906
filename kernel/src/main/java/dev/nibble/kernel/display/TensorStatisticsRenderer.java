package dev.nibble.kernel.display;

import dev.nibble.plot.Numbers;
import dev.nibble.tensor.TensorStatistics;
import java.util.LinkedHashMap;
import java.util.Map;

/** Statistics of weights, one figure a row. */
public final class TensorStatisticsRenderer implements Renderer<TensorStatistics> {
    @Override
    public Class<TensorStatistics> type() {
        return TensorStatistics.class;
    }

    @Override
    public MimeBundle render(TensorStatistics s, RenderOptions options) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("values", Html.count(s.count()));
        facts.put("mean", Numbers.text(s.mean()));
        facts.put("std", Numbers.text(s.std()));
        facts.put("min", Numbers.text(s.min()));
        facts.put("max", Numbers.text(s.max()));
        facts.put("absmax", Numbers.text(s.absmax()));
        facts.put("excess kurtosis", Numbers.text(s.kurtosis()));
        return Cards.facts("", facts, s.toString());
    }
}
