package dev.nibble.kernel.display;

import dev.nibble.plot.TableView;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** A single Tablesaw column, as a table of one. */
@SuppressWarnings("rawtypes") // a class literal has no type argument
public final class ColumnRenderer implements Renderer<Column> {
    @Override
    public Class<Column> type() {
        return Column.class;
    }

    @Override
    public MimeBundle render(Column column, RenderOptions options) {
        Table table = Table.create("", (Column<?>) column);
        return Cards.table(TableView.of(table, options.rows(table.rowCount()), 1), options);
    }
}
