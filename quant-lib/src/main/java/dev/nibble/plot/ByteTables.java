package dev.nibble.plot;

import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.BitField;
import dev.nibble.format.BitRun;
import dev.nibble.format.BlockView;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.Importance;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Tables of stored bytes, and of what formats make of single weights. */
final class ByteTables {
    private ByteTables() {}

    static Table bytes(Quantized q, int block) {
        BlockView view = q.block(block);
        Map<Long, List<String>> holds = new TreeMap<>(); // by part and byte
        for (BitField field : view.fields()) {
            for (BitRun run : field.runs()) {
                for (long bit = run.bit(); bit < run.bit() + run.count(); bit = (bit | 7) + 1) {
                    long end = Math.min(bit | 7, run.bit() + run.count() - 1);
                    String which = bit % 8 == 0 && end % 8 == 7 ? "" : bits(bit % 8, end % 8);
                    holds.computeIfAbsent((long) run.part() << 40 | bit >>> 3, b -> new ArrayList<>())
                            .add(field.name() + which);
                }
            }
        }
        StringColumn part = StringColumn.create("part");
        IntColumn at = IntColumn.create("byte");
        StringColumn hex = StringColumn.create("hex");
        StringColumn binary = StringColumn.create("bits 7 … 0");
        StringColumn what = StringColumn.create("holds");
        Map<Integer, Long> first = new TreeMap<>();
        holds.forEach((key, texts) -> {
            int index = (int) (key >>> 40);
            long offset = key & (1L << 40) - 1;
            StoredPart stored = q.parts().get(index);
            int value = stored.data().get(stored.data().position() + (int) offset) & 0xff;
            part.append(stored.name());
            at.append((int) (offset - first.computeIfAbsent(index, i -> offset)));
            hex.append(String.format(Locale.ROOT, "%02x", value));
            binary.append(Integer.toBinaryString(256 | value).substring(1));
            what.append(
                    texts.size() <= 4
                            ? String.join(", ", texts)
                            : texts.getFirst() + ", " + texts.get(1) + ", …, " + texts.getLast());
        });
        Table table = Table.create(q.name() + " as " + q.format().recipe() + ", block " + block);
        return (first.size() > 1 ? table.addColumns(part) : table).addColumns(at, hex, binary, what);
    }

    private static String bits(long low, long high) {
        return low == high ? " (bit " + low + ")" : " (bits " + low + "-" + high + ")";
    }

    static Table values(Matrix w, int row, String... recipes) {
        Charts.requireRecipes(recipes);
        Matrix one = Matrix.of(w.name(), 1, w.cols(), w.row(row));
        Table table = Table.create(w.name() + ", row " + row, texts("weight", one.values()));
        for (String recipe : recipes) {
            Matrix decoded = Formats.parse(recipe)
                    .quantize(one, Progress.current().quiet())
                    .dequantize();
            table.addColumns(texts(recipe, decoded.values()));
        }
        return table;
    }

    /** As text, so that −0 shows its sign. */
    private static StringColumn texts(String name, float[] values) {
        StringColumn column = StringColumn.create(name);
        for (float v : values) {
            column.append((v == 0 && Float.floatToRawIntBits(v) < 0 ? "-" : "") + Numbers.text(v, 6));
        }
        return column;
    }

    static Table importance(Matrix w, Importance importance, String... recipes) {
        Charts.requireRecipes(recipes);
        importance.requireColumns(w.name(), w.cols());
        StringColumn recipe = StringColumn.create(Tables.RECIPE);
        DoubleColumn plain = DoubleColumn.create("SQNR (dB)");
        DoubleColumn plainWith = DoubleColumn.create("SQNR with importance (dB)");
        DoubleColumn weighted = DoubleColumn.create("weighted SQNR (dB)");
        DoubleColumn weightedWith = DoubleColumn.create("weighted SQNR with importance (dB)");
        Progress progress = Progress.current().quiet();
        for (String text : recipes) {
            Format format = Formats.parse(text);
            Matrix without = format.quantize(w, progress).dequantize();
            Matrix with = format.quantize(w, importance, progress, Trace.off()).dequantize();
            recipe.append(text);
            plain.append(sqnr(w, without, null));
            plainWith.append(sqnr(w, with, null));
            weighted.append(sqnr(w, without, importance));
            weightedWith.append(sqnr(w, with, importance));
        }
        return Table.create(
                w.name() + ", importance of " + importance.name(), recipe, plain, plainWith, weighted, weightedWith);
    }

    /** 10 · log10 of Σ a w² / Σ a (w − ŵ)², a being the importance of the column, or 1. */
    private static double sqnr(Matrix w, Matrix decoded, Importance importance) {
        double signal = 0;
        double noise = 0;
        for (int i = 0; i < w.size(); i++) {
            double weight = importance == null ? 1 : importance.columns()[i % w.cols()];
            double x = w.values()[i];
            double error = decoded.values()[i] - x;
            signal += weight * x * x;
            noise += weight * error * error;
        }
        return 10 * Math.log10(signal / noise);
    }
}
