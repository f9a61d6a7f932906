package dev.nibble.kernel.display;

import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.plot.Numbers;
import dev.nibble.plot.TextTable;
import java.util.LinkedHashMap;
import java.util.Map;

/** A quantized matrix: its format, what is stored, and what that costs. */
public final class QuantizedRenderer implements Renderer<Quantized> {
    @Override
    public Class<Quantized> type() {
        return Quantized.class;
    }

    @Override
    public MimeBundle render(Quantized q, RenderOptions options) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("format", q.format().recipe() + ": " + q.format().description());
        facts.put("shape", "[" + q.rows() + ", " + q.cols() + "]");
        facts.put("stored", Numbers.bytes(q.bytes()) + ", " + Numbers.text(q.bitsPerWeight()) + " bits per weight");
        for (StoredPart part : q.parts()) {
            facts.put(part.name(), Numbers.bytes(part.size()) + ", " + part.encoding());
        }
        if (!q.note().isEmpty()) {
            facts.put("note", q.note());
        }
        var view = Cards.factsView(q.name(), facts);
        return Cards.bundle(
                Html.table(view), q.name() + " as " + q.format().recipe() + "\n" + TextTable.of(view, options.width()));
    }
}
