package dev.nibble.kernel.display;

import dev.nibble.compare.ErrorGrowth;
import dev.nibble.plot.TableView;
import dev.nibble.plot.Tables;

/** How errors grow from layer to layer: a row for each, and in words. */
public final class ErrorGrowthRenderer implements Renderer<ErrorGrowth> {
    @Override
    public Class<ErrorGrowth> type() {
        return ErrorGrowth.class;
    }

    @Override
    public MimeBundle render(ErrorGrowth growth, RenderOptions options) {
        TableView table = TableView.of(Tables.errorGrowth(growth), Integer.MAX_VALUE, Integer.MAX_VALUE);
        return Cards.explained(
                table,
                options,
                growth.note(),
                growth + ". Charts.errorGrowth draws it. An error of 1 is as long as the hidden state itself.");
    }
}
