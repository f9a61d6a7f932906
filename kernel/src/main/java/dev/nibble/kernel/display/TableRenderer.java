package dev.nibble.kernel.display;

import dev.nibble.plot.TableView;
import tech.tablesaw.api.Table;

/** Tablesaw tables: the first rows and the last few, numbers to the right. */
public final class TableRenderer implements Renderer<Table> {
    @Override
    public Class<Table> type() {
        return Table.class;
    }

    @Override
    public MimeBundle render(Table table, RenderOptions options) {
        return Cards.table(TableView.of(table, options.rows(table.rowCount()), options.maxColumns()), options);
    }
}
