package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import dev.nibble.tensor.Matrix;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tech.tablesaw.api.Table;

/** {@code %whos}: the session's variables with type, shape and bytes. */
public final class WhosMagic extends OptionMagic<WhosMagic.Arguments> {
    private static final int LONGEST_TYPE = 40;

    /** Its options. */
    @Command(name = "whos", description = "the variables with type, shape and bytes, all or those of some types")
    static final class Arguments {
        @Parameters(paramLabel = "TYPE", description = "such as int, String, Matrix or List")
        private List<String> types = List.of();
    }

    /** Its one. */
    public WhosMagic() {
        super(Arguments::new, Argument.TEXT);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) {
        List<String[]> lines = new ArrayList<>();
        lines.add(new String[] {"name", "type", "shape", "bytes"});
        WhoMagic.variables(context, arguments.types).forEach((name, type) -> {
            Object value = context.engine().value(name).orElse(null);
            long bytes = bytes(value);
            lines.add(new String[] {
                name, clip(type), shape(value), bytes < 0 ? "" : String.format(Locale.ROOT, "%,d", bytes)
            });
        });
        context.cell().say(lines.size() == 1 ? WhoMagic.none(arguments.types) : table(lines));
        return Evaluation.NOTHING;
    }

    private static String clip(String type) {
        return type.length() <= LONGEST_TYPE ? type : type.substring(0, LONGEST_TYPE - 1) + "…";
    }

    /** Rows x columns, or how many there are; empty for a value that has no such number. */
    private static String shape(Object value) {
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
    private static long bytes(Object value) {
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

    private static String table(List<String[]> lines) {
        int columns = lines.getFirst().length;
        int[] widths = new int[columns];
        for (String[] line : lines) {
            for (int c = 0; c < columns; c++) {
                widths[c] = Math.max(widths[c], line[c].length());
            }
        }
        var text = new StringBuilder();
        for (String[] line : lines) {
            var one = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String blanks = " ".repeat(widths[c] - line[c].length());
                one.append(c == columns - 1 ? blanks + line[c] : line[c] + blanks + "  ");
            }
            text.append(text.isEmpty() ? "" : "\n").append(one.toString().stripTrailing());
        }
        return text.toString();
    }
}
