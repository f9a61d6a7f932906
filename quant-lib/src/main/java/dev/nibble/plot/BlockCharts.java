package dev.nibble.plot;

import dev.nibble.explain.Levels;
import dev.nibble.explain.Optimum;
import dev.nibble.format.BitField;
import dev.nibble.format.BitField.Role;
import dev.nibble.format.BlockView;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Charts and tables of one block of a quantized matrix, and of what its bits are spent on. */
final class BlockCharts {
    private static final int DRAWN = 512;
    private static final int FEW_LEVELS = 33;

    private BlockCharts() {}

    static Chart block(Quantized q, int block, Matrix original) {
        BlockView view = q.block(block);
        int n = Math.min(DRAWN, view.count());
        int first = first(q, view);
        float[] decoded = q.dequantize().values();
        double[] place = IntStream.range(0, n).asDoubleStream().toArray();
        double[] x = new double[n];
        double[] y = new double[n];
        double[] stickX = new double[3 * n];
        double[] stickY = new double[3 * n];
        double squares = 0;
        for (int i = 0; i < n; i++) {
            x[i] = original.values()[first + i];
            y[i] = decoded[first + i];
            squares += (y[i] - x[i]) * (y[i] - x[i]);
            stickX[3 * i] = i;
            stickX[3 * i + 1] = i;
            stickX[3 * i + 2] = i;
            stickY[3 * i] = x[i];
            stickY[3 * i + 1] = y[i];
            stickY[3 * i + 2] = Double.NaN;
        }
        List<Series> series = new ArrayList<>();
        Levels.of(q, block)
                .filter(levels -> levels.values().length <= FEW_LEVELS && isOneGrid(view))
                .ifPresent(levels -> series.add(levels(levels.values(), n)));
        series.add(Series.line("error", stickX, stickY)
                .styled(SeriesStyle.of("int4").withColour("#cc6677")));
        series.add(Series.points("weight", place, x).styled(SeriesStyle.NEUTRAL.withMarkSize(6)));
        series.add(Series.points("decoded", place, y)
                .styled(SeriesStyle.of(q.format().recipe().toString()).withMarkSize(6)));
        return new Chart(
                String.format(
                        Locale.ROOT,
                        "%s as %s, block %d (row %d, from column %d): rms error %s",
                        q.name(),
                        q.format().recipe(),
                        block,
                        view.row(),
                        view.column(),
                        Numbers.text(Math.sqrt(squares / n), 3)),
                Axis.of(n == view.count() ? "weight in the block" : "weight in the block, the first " + n),
                Axis.of("value"),
                series);
    }

    private static int first(Quantized q, BlockView view) {
        return view.row() * q.cols() + view.column();
    }

    /** Whether all weights of the block share every scale: then its levels are lines through all of it. */
    private static boolean isOneGrid(BlockView view) {
        return view.fields().stream()
                .filter(f -> f.role() == Role.SCALE || f.role() == Role.MIN || f.role() == Role.ZERO)
                .allMatch(f -> f.weights().length == view.count());
    }

    private static Series levels(float[] values, int n) {
        double[] x = new double[3 * values.length];
        double[] y = new double[3 * values.length];
        for (int i = 0; i < values.length; i++) {
            x[3 * i] = -0.5;
            x[3 * i + 1] = n - 0.5;
            x[3 * i + 2] = n - 0.5;
            y[3 * i] = values[i];
            y[3 * i + 1] = values[i];
            y[3 * i + 2] = Double.NaN;
        }
        return Series.line("values there are", x, y)
                .styled(new SeriesStyle("#808080", SeriesStyle.Dash.DOT, SeriesStyle.Mark.CIRCLE, false, 0.8, 5));
    }

    static Table table(Quantized q, int block, Matrix original) {
        BlockView view = q.block(block);
        int first = first(q, view);
        float[] decoded = q.dequantize().values();
        IntColumn place = IntColumn.create("place");
        DoubleColumn weight = DoubleColumn.create("weight");
        IntColumn code = IntColumn.create("code");
        StringColumn bits = StringColumn.create("bits");
        DoubleColumn value = DoubleColumn.create("decoded");
        DoubleColumn error = DoubleColumn.create("error");
        for (int i = 0; i < view.count(); i++) {
            int at = first + i;
            place.append(i);
            weight.append(original.values()[at]);
            code.append(q.code(at / q.cols(), at % q.cols()));
            bits.append(bitsOf(q, view, i));
            value.append(decoded[at]);
            error.append((double) decoded[at] - original.values()[at]);
        }
        return Table.create(
                q.name() + " as " + q.format().recipe() + ", block " + block, place, weight, code, bits, value, error);
    }

    /** Where the own bits of a weight are, with their content: "codes 12.4: 0110". */
    private static String bitsOf(Quantized q, BlockView view, int place) {
        List<String> texts = new ArrayList<>();
        for (BitField field : view.fields()) {
            boolean own = field.role() == Role.CODE || field.role() == Role.SIGN;
            if (own
                    && field.weights().length == 1
                    && field.weights()[0] == place
                    && !field.runs().isEmpty()) {
                String digits = Long.toBinaryString(field.value(q.parts()));
                var run = field.runs().getFirst();
                texts.add(q.parts().get(run.part()).name() + " byte " + run.bit() / 8 + " bit " + run.bit() % 8 + ": "
                        + "0".repeat(Math.max(0, field.bits() - digits.length())) + digits);
            }
        }
        return String.join(", ", texts);
    }

    static Table budget(Quantized q) {
        long[] bits = GridCharts.bitsByRole(q);
        double weights = (double) q.rows() * q.cols();
        StringColumn what = StringColumn.create("bits for");
        DoubleColumn each = DoubleColumn.create(Tables.BITS);
        Role[] roles = Role.values();
        for (int r = 0; r < roles.length; r++) {
            if (bits[r] > 0) {
                what.append(words(roles[r]));
                each.append(bits[r] / weights);
            }
        }
        what.append("all");
        each.append(Arrays.stream(bits).sum() / weights);
        return Table.create(q.name() + " as " + q.format().recipe(), what, each);
    }

    static Chart budgetChart(List<Quantized> all) {
        List<String> names = new ArrayList<>();
        for (Role role : Role.values()) {
            names.add(words(role));
        }
        List<long[]> counted = all.stream().map(GridCharts::bitsByRole).toList();
        int[] used = IntStream.range(0, names.size())
                .filter(r -> counted.stream().anyMatch(bits -> bits[r] > 0))
                .toArray();
        List<Series> series = new ArrayList<>();
        List<String> totals = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Quantized q = all.get(i);
            long[] bits = counted.get(i);
            double weights = (double) q.rows() * q.cols();
            String recipe = q.format().recipe().toString();
            totals.add(recipe + " " + Numbers.text(q.bitsPerWeight(), 5));
            Series bars = Series.bars(
                    recipe,
                    IntStream.range(0, used.length).asDoubleStream().toArray(),
                    IntStream.of(used).mapToDouble(r -> bits[r] / weights).toArray());
            series.add(bars.styled(bars.style().apartFrom(series)));
        }
        return new Chart(
                "Bits per weight: " + String.join(", ", totals),
                Axis.categories("", IntStream.of(used).mapToObj(names::get).toList()),
                Axis.of("stored", "bits per weight"),
                series);
    }

    /**
     * How far blocks are from what their number of values could do at best: SQNR of the format, of the best scale, of the
     * best one that can be stored (with its minimum where the format stores one as an integer), of the best scale and offset, of the best code book of as many values for each scale, and
     * the gap to that. A column that no block has a number for is left out.
     */
    static Table optimum(Quantized q, Matrix original, int blocks) {
        float[] decoded = q.dequantize().values();
        IntColumn block = IntColumn.create("block");
        IntColumn count = IntColumn.create("weights");
        IntColumn values = IntColumn.create("values");
        DoubleColumn own = DoubleColumn.create("own SQNR (dB)");
        DoubleColumn scale = DoubleColumn.create("best scale (dB)");
        DoubleColumn stored = DoubleColumn.create("stored");
        boolean minimum = false;
        DoubleColumn zero = DoubleColumn.create("best scale and zero (dB)");
        DoubleColumn best = DoubleColumn.create("best code book (dB)");
        DoubleColumn gap = DoubleColumn.create("gap (dB)");
        for (int b = 0; b < Math.min(blocks, q.blocks()); b++) {
            Optimum optimum = Optimum.of(original.values(), decoded, q, b);
            block.append(b);
            count.append(optimum.weights());
            if (optimum.values() == 0) { // points of a grid: no weight has values of its own
                values.appendMissing();
            } else {
                values.append(optimum.values());
            }
            own.append(optimum.own());
            scale.append(optimum.scale());
            append(stored, optimum.stored());
            minimum |= optimum.storesMinimum();
            append(zero, optimum.shifted());
            OptionalDouble book = optimum.book();
            if (book.isPresent() && !Double.isFinite(book.getAsDouble())) {
                book = OptionalDouble.empty(); // as many values as the block has weights: no distance to speak of
            }
            append(best, book);
            append(
                    gap,
                    book.isPresent() ? OptionalDouble.of(book.getAsDouble() - optimum.own()) : OptionalDouble.empty());
        }
        stored.setName(minimum ? "best stored scale and minimum (dB)" : "best stored scale (dB)");
        Table table = Table.create(q.name() + " as " + q.format().recipe(), block, count, values, own, scale);
        for (DoubleColumn column : List.of(stored, zero, best, gap)) {
            if (column.countMissing() < column.size()) {
                table.addColumns(column);
            }
        }
        return table;
    }

    private static void append(DoubleColumn column, OptionalDouble value) {
        if (value.isPresent()) {
            column.append(value.getAsDouble());
        } else {
            column.appendMissing();
        }
    }

    private static String words(Role role) {
        return switch (role) {
            case CODE -> "codes";
            case CODES -> "shared codes";
            case SIGN -> "signs";
            case SCALE -> "scales";
            case MIN -> "minima";
            case ZERO -> "zero points";
            case TENSOR -> "whole tensor";
            case PADDING -> "padding";
        };
    }
}
