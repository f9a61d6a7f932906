package dev.nibble.plot;

import java.lang.reflect.Method;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.NumberColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

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
        if (!(column instanceof NumericColumn<?> numbers)) {
            return column::getString;
        }
        DecimalFormat own = ownFormat(column);
        if (own != null) {
            return r -> own.format(numbers.getDouble(r));
        }
        if (column.type().equals(ColumnType.DOUBLE) || column.type().equals(ColumnType.FLOAT)) {
            double[] values = Arrays.stream(rows)
                    .filter(r -> !column.isMissing(r))
                    .mapToDouble(numbers::getDouble)
                    .toArray();
            DoubleFunction<String> format = Numbers.column(values);
            return r -> format.apply(numbers.getDouble(r));
        }
        return column::getString;
    }

    /** The format that the table's author gave the column, without the locale's signs, or null. */
    private static DecimalFormat ownFormat(Column<?> column) {
        try {
            Method getter = NumberColumn.class.getDeclaredMethod("getPrintFormatter");
            getter.setAccessible(true);
            if (column instanceof NumberColumn
                    && getter.invoke(column) instanceof NumberColumnFormatter formatter
                    && formatter.getFormat() instanceof DecimalFormat format
                    && !isDefault(column.type(), format)) {
                DecimalFormat copy = (DecimalFormat) format.clone();
                if (copy.toPattern().indexOf('\u00a4') < 0) { // a currency keeps its own signs
                    copy.setDecimalFormatSymbols(DecimalFormatSymbols.getInstance(Locale.ROOT));
                }
                return copy;
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Tablesaw's number columns have changed", e);
        }
        return null;
    }

    private static boolean isDefault(ColumnType type, DecimalFormat format) {
        boolean real = type.equals(ColumnType.DOUBLE) || type.equals(ColumnType.FLOAT);
        NumberColumnFormatter usual =
                real ? NumberColumnFormatter.floatingPointDefault() : NumberColumnFormatter.ints();
        return usual.getFormat() instanceof DecimalFormat plain
                && plain.toPattern().equals(format.toPattern())
                && plain.getMaximumFractionDigits() == format.getMaximumFractionDigits();
    }

    private static String cell(String text) {
        String line = CONTROL.matcher(text == null ? "" : text).replaceAll(" ");
        return line.codePointCount(0, line.length()) <= MAX_CELL
                ? line
                : line.substring(0, line.offsetByCodePoints(0, MAX_CELL - 1)) + "…";
    }
}
