package dev.nibble.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** What {@code --json} prints: one document on standard output. Numbers that are not finite are null. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Json() {}

    static void print(Object value) {
        System.out.println(text(value));
    }

    static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a command made a value that is not JSON", impossible);
        }
    }

    /** The rows of a table as objects: "bits/weight" becomes {@code bits_per_weight}, "SQNR (dB)" {@code sqnr_db}. */
    static List<Map<String, Object>> rows(Table table) {
        var rows = new ArrayList<Map<String, Object>>();
        for (int r = 0; r < table.rowCount(); r++) {
            var row = new LinkedHashMap<String, Object>();
            for (Column<?> column : table.columns()) {
                row.put(key(column.name()), value(column, r));
            }
            rows.add(row);
        }
        return rows;
    }

    static String key(String columnName) {
        return columnName
                .toLowerCase(Locale.ROOT)
                .replace("/", " per ")
                .replaceAll("[^\\p{Alnum}]+", " ")
                .strip()
                .replace(' ', '_');
    }

    private static Object value(Column<?> column, int row) {
        if (column.isMissing(row)) {
            return null;
        }
        Object value = column.get(row);
        if (column instanceof NumericColumn<?>
                && value instanceof Number number
                && !Double.isFinite(number.doubleValue())) {
            return null;
        }
        return value;
    }
}
