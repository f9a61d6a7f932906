package dev.nibble.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.FloatColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The part of a table that is shown, as text: the first rows and the last few, the first columns, long texts cut. Every
 * way to draw a table draws one of these.
 *
 * @param title the table's name, or ""
 * @param headers names of the columns shown
 * @param numeric which of them hold numbers, and stand to the right
 * @param rows cells, row by row, of the rows shown
 * @param head how many of {@code rows} come from the top; the others are the table's last
 * @param totalRows rows of the whole table
 * @param totalColumns columns of the whole table
 */
public record TableView(
        String title,
        List<String> headers,
        List<Boolean> numeric,
        List<List<String>> rows,
        int head,
        int totalRows,
        int totalColumns) {
    private static final int MAX_CELL = 200;
    private static final int TAIL = 5;
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

    public TableView {
        headers = List.copyOf(headers);
        numeric = List.copyOf(numeric);
        rows = List.copyOf(rows);
    }

    /**
     * @param maxRows rows shown at most, at least 1
     * @param maxColumns columns shown at most, at least 1
     */
    public static TableView of(Table table, int maxRows, int maxColumns) {
        int total = table.rowCount();
        int limit = Math.max(1, maxRows);
        int tail = total > limit ? Math.min(TAIL, limit / 3) : 0;
        int head = total > limit ? limit - tail : total;
        int[] shown = new int[head + tail];
        for (int i = 0; i < shown.length; i++) {
            shown[i] = i < head ? i : total - (shown.length - i);
        }
        int columns = Math.min(table.columnCount(), Math.max(1, maxColumns));
        List<String> headers = new ArrayList<>();
        List<Boolean> numeric = new ArrayList<>();
        List<List<String>> columnTexts = new ArrayList<>();
        for (int c = 0; c < columns; c++) {
            Column<?> column = table.column(c);
            headers.add(cell(column.name()));
            numeric.add(column instanceof NumericColumn);
            columnTexts.add(texts(column, shown));
        }
        List<List<String>> rows = new ArrayList<>();
        for (int r = 0; r < shown.length; r++) {
            List<String> row = new ArrayList<>();
            for (List<String> texts : columnTexts) {
                row.add(texts.get(r));
            }
            rows.add(List.copyOf(row));
        }
        String title = table.name() == null ? "" : cell(table.name());
        return new TableView(title, headers, numeric, rows, head, total, table.columnCount());
    }

    /** Rows and columns that are there but not shown, as a sentence, or "". */
    public String note() {
        List<String> parts = new ArrayList<>();
        if (totalRows > rows.size()) {
            parts.add(String.format(Locale.ROOT, "%d of %,d rows", rows.size(), totalRows));
        }
        if (totalColumns > headers.size()) {
            parts.add(String.format(Locale.ROOT, "%d of %,d columns", headers.size(), totalColumns));
        }
        return parts.isEmpty() ? "" : "shown: " + String.join(", ", parts);
    }

    private static List<String> texts(Column<?> column, int[] rows) {
        IntFunction<String> text = text(column, rows);
        return Arrays.stream(rows)
                .mapToObj(r -> column.isMissing(r) ? "" : cell(text.apply(r)))
                .toList();
    }

    private static IntFunction<String> text(Column<?> column, int[] rows) {
        if (column instanceof NumericColumn<?> numbers) {
            ColumnType type = column.type();
            boolean real = type.equals(ColumnType.DOUBLE) || type.equals(ColumnType.FLOAT);
            if (real && !isFormatted(column, rows)) {
                double[] values = Arrays.stream(rows)
                        .filter(r -> !column.isMissing(r))
                        .mapToDouble(numbers::getDouble)
                        .toArray();
                DoubleFunction<String> format = Numbers.column(values);
                return r -> format.apply(numbers.getDouble(r));
            }
        }
        return column::getString;
    }

    /** A print formatter set by the table's author shows in that its text is not what a plain column prints. */
    private static boolean isFormatted(Column<?> column, int[] rows) {
        for (int r : rows) {
            if (!column.isMissing(r)) {
                Column<?> plain = column.type().equals(ColumnType.FLOAT)
                        ? FloatColumn.create("plain", (Float) column.get(r))
                        : DoubleColumn.create("plain", (Double) column.get(r));
                if (!plain.getString(0).equals(column.getString(r))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String cell(String text) {
        String line = CONTROL.matcher(text == null ? "" : text).replaceAll(" ");
        return line.codePointCount(0, line.length()) <= MAX_CELL
                ? line
                : line.substring(0, line.offsetByCodePoints(0, MAX_CELL - 1)) + "…";
    }
}
