package dev.nibble.kernel.display;

import dev.nibble.tensor.Matrix;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import tech.tablesaw.api.Table;

/** What a value is, in a few words, without showing it and without calling code of the session. */
public final class ValueSummary {
    private static final int LONGEST = 200;

    private ValueSummary() {}

    /** Rows x columns, or how many there are; empty for a value that has no such number. */
    public static String shape(Object value) {
        return switch (value) {
            case null -> "null";
            case Matrix matrix -> matrix.rows() + " x " + matrix.cols();
            case Table table -> table.rowCount() + " x " + table.columnCount();
            case Collection<?> all -> Integer.toString(all.size());
            case Map<?, ?> all -> Integer.toString(all.size());
            case CharSequence text -> Integer.toString(text.length());
            case Buffer buffer -> Integer.toString(buffer.capacity());
            case Object array when array.getClass().isArray() -> shapeOfArray(array);
            default -> "";
        };
    }

    /** All dimensions as far as the first element tells them. */
    private static String shapeOfArray(Object array) {
        int length = Array.getLength(array);
        boolean nested = length > 0 && array instanceof Object[] && Array.get(array, 0) != null;
        return nested && Array.get(array, 0).getClass().isArray()
                ? length + " x " + shapeOfArray(Array.get(array, 0))
                : Integer.toString(length);
    }

    /** Bytes of the numbers that it holds; -1 where that is no plain count. */
    public static long bytes(Object value) {
        return switch (value) {
            case Matrix matrix -> 4L * matrix.rows() * matrix.cols();
            case byte[] b -> b.length;
            case boolean[] b -> b.length;
            case short[] s -> 2L * s.length;
            case char[] c -> 2L * c.length;
            case int[] i -> 4L * i.length;
            case float[] f -> 4L * f.length;
            case long[] l -> 8L * l.length;
            case double[] d -> 8L * d.length;
            case Object[] rows
            when rows.getClass().getComponentType().isArray() -> {
                long all = 0;
                for (Object row : rows) {
                    long bytes = row == null ? 0 : bytes(row);
                    all = bytes < 0 || all < 0 ? -1 : all + bytes;
                }
                yield all;
            }
            case null, default -> -1;
        };
    }

    /** Its text, if that is cheap and sure to end: numbers, texts, arrays of numbers, objects of this library; else empty. */
    public static String text(Object value) {
        boolean isOurs = value != null
                && value.getClass().getName().startsWith("dev.nibble.")
                && !(value instanceof Iterable<?>);
        return switch (value) {
            case null -> "null";
            case CharSequence text -> "\"" + ValueText.clip(text, LONGEST) + "\"";
            case Number number when isOfTheJdk(number) -> number.toString();
            case Boolean truth -> truth.toString();
            case Character character -> "'" + character + "'";
            case Enum<?> constant -> constant.name();
            case Path path -> path.toString();
            case Object[] _ -> "";
            case Object array when array.getClass().isArray() -> ValueText.clip(ValueText.of(array), LONGEST);
            case Object ours when isOurs -> ValueText.clip(ours.toString(), LONGEST);
            default -> "";
        };
    }

    private static boolean isOfTheJdk(Object value) {
        return value.getClass().getName().startsWith("java.");
    }
}
