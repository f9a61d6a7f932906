package dev.nibble.plot;

import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.explain.Diff;
import dev.nibble.explain.Difference;
import dev.nibble.explain.Difference.Cause;
import dev.nibble.explain.Levels;
import dev.nibble.format.BlockScaled;
import dev.nibble.format.BlockView;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.format.integer.AffineBlock;
import dev.nibble.format.integer.ClipCandidate;
import dev.nibble.format.integer.HqqIteration;
import dev.nibble.tensor.Matrix;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/** Charts and tables of integer formats: the grids they choose, and how they search for them. */
final class AffineCharts {
    private AffineCharts() {}

    static Table grids(Matrix w, int block, String... recipes) {
        Charts.requireRecipes(recipes);
        StringColumn recipe = StringColumn.create(Tables.RECIPE);
        DoubleColumn scale = DoubleColumn.create("scale");
        StringColumn zero = StringColumn.create("zero");
        DoubleColumn low = DoubleColumn.create("grid from");
        DoubleColumn high = DoubleColumn.create("to");
        IntColumn codes = IntColumn.create("codes used");
        IntColumn clipped = IntColumn.create("clipped");
        DoubleColumn sqnr = DoubleColumn.create(Tables.SQNR);
        for (String text : recipes) {
            Trace trace = Trace.record();
            Quantized q = Formats.parse(text).quantize(w, Progress.current().quiet(), trace);
            BlockView view = q.block(block);
            int first = view.row() * w.cols() + view.column();
            BlockGrid grid = grid(q, block, first, trace);
            recipe.append(text);
            scale.append(grid.scale());
            zero.append(Numbers.text(grid.zero()));
            low.append(grid.low());
            high.append(grid.high());
            codes.append((int) IntStream.range(first, first + view.count())
                    .map(i -> q.code(i / w.cols(), i % w.cols()))
                    .distinct()
                    .count());
            clipped.append((int) IntStream.range(first, first + view.count())
                    .filter(i -> grid.clips(w.values()[i]))
                    .count());
            sqnr.append(sqnr(w, q.dequantize(), first, view.count()));
        }
        return Table.create(w.name() + ", block " + block, recipe, scale, zero, low, high, codes, clipped, sqnr);
    }

    /** What a block's codes can say. */
    private record BlockGrid(double scale, double zero, double low, double high) {
        boolean clips(float weight) {
            double slack = Math.abs(scale) / 2 * (1 + 1e-6); // the scale is rounded
            return weight < low - slack || weight > high + slack;
        }
    }

    /** As the trace of an integer format tells it; of another one, what its codes decode to. */
    private static BlockGrid grid(Quantized q, int block, int first, Trace trace) {
        for (AffineBlock b : trace.steps(AffineBlock.class)) {
            if (b.row() * q.cols() + b.column() == first) {
                return new BlockGrid(b.scale(), b.zero(), b.gridLow(), b.gridHigh());
            }
        }
        float[] values = Levels.of(q, block)
                .orElseThrow(() -> new IllegalArgumentException(
                        q.format().recipe() + " has no codes of at most eight bits for single weights"))
                .values();
        BlockScaled scaled = trace.steps(BlockScaled.class).stream()
                .filter(s -> s.row() * q.cols() + s.column() == first)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(q.format().recipe() + " tells of no scale"));
        return new BlockGrid(scaled.stored(), scaled.zero(), values[0], values[values.length - 1]);
    }

    private static double sqnr(Matrix w, Matrix decoded, int first, int count) {
        double signal = 0;
        double noise = 0;
        for (int i = first; i < first + count; i++) {
            double v = w.values()[i];
            double e = decoded.values()[i] - v;
            signal += v * v;
            noise += e * e;
        }
        return 10 * Math.log10(signal / noise);
    }

    static Table differences(Matrix w, String reference, String... recipes) {
        Charts.requireRecipes(recipes);
        StringColumn recipe = StringColumn.create(Tables.RECIPE);
        LongColumn differing = LongColumn.create("codes that differ");
        DoubleColumn share = DoubleColumn.create("share (%)");
        DoubleColumn sqnr = DoubleColumn.create(Tables.SQNR);
        StringColumn causes = StringColumn.create("why");
        differing.setPrintFormatter(
                new NumberColumnFormatter(new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT))));
        Progress progress = Progress.current();
        try (Progress.Task task = progress.task("compare " + w.name(), recipes.length, "recipes")) {
            for (String other : recipes) {
                Difference d = Diff.recipes(w, reference, other, progress.quiet());
                recipe.append(other);
                differing.append(d.differing());
                share.append(100.0 * d.differing() / d.weights());
                sqnr.append(d.sqnrB());
                causes.append(d.causes().stream()
                        .filter(c -> c.count() > 0 && !c.name().equals(Diff.SAME_CODE))
                        .sorted((a, b) -> Long.compare(b.count(), a.count()))
                        .limit(3)
                        .map(AffineCharts::text)
                        .collect(Collectors.joining("; ")));
                task.step(1);
            }
        }
        return Table.create(w.name() + ", compared with " + reference, recipe, differing, share, sqnr, causes);
    }

    private static String text(Cause cause) {
        return String.format(Locale.ROOT, "%,d %s", cause.count(), cause.name());
    }

    static Chart clipSearch(String recipe, Matrix w, int row, int column) {
        Trace trace = Trace.record();
        Formats.parse(recipe).quantize(w, Progress.current().quiet(), trace);
        List<ClipCandidate> tried =
                of(trace.steps(ClipCandidate.class), w, row, column, ClipCandidate::row, ClipCandidate::column);
        if (tried.isEmpty()) {
            throw new IllegalArgumentException(recipe + " searches no range: add mse, as in \"int4:mse:g32\"");
        }
        double whole = tried.getFirst().error();
        ClipCandidate taken =
                tried.stream().filter(ClipCandidate::chosen).reduce((a, b) -> b).orElse(tried.getFirst());
        double[] x = tried.stream().mapToDouble(c -> 100 * c.factor()).toArray();
        double[] y = tried.stream().mapToDouble(c -> 100 * c.error() / whole).toArray();
        return new Chart(
                String.format(
                        Locale.ROOT,
                        "%s at row %d, column %d: %d ranges tried",
                        recipe,
                        taken.row(),
                        taken.column(),
                        tried.size()),
                Axis.of("range tried, relative to the full one", "%"),
                Axis.log("error, relative to the full range", "%"),
                List.of(
                        Series.line("tried", x, y).styled(SeriesStyle.of(recipe)),
                        Series.points("taken", new double[] {100 * taken.factor()}, new double[] {
                                    100 * taken.error() / whole
                                })
                                .styled(SeriesStyle.of(recipe).withMarkSize(11))
                                .labelled(List.of(Numbers.text(100 * taken.error() / whole, 3) + " %"))));
    }

    static Chart hqq(String recipe, Matrix w, int row, int column) {
        Trace trace = Trace.record();
        Formats.parse(recipe).quantize(w, Progress.current().quiet(), trace);
        List<HqqIteration> rounds =
                of(trace.steps(HqqIteration.class), w, row, column, HqqIteration::row, HqqIteration::column);
        if (rounds.isEmpty()) {
            throw new IllegalArgumentException(recipe + " iterates nothing: expected hqq, as in \"int4:hqq:g64\"");
        }
        double[] x = rounds.stream().mapToDouble(HqqIteration::iteration).toArray();
        double[] zero = rounds.stream().mapToDouble(HqqIteration::zero).toArray();
        List<Series> series = new ArrayList<>();
        series.add(Series.line("", x, zero).styled(SeriesStyle.of(recipe)));
        series.add(Series.points("zero", x, zero).styled(SeriesStyle.of(recipe).withMarkSize(8)));
        return new Chart(
                String.format(
                        Locale.ROOT,
                        "%s at row %d, column %d: mean error %s to %s",
                        recipe,
                        rounds.getFirst().row(),
                        rounds.getFirst().column(),
                        Numbers.text(rounds.getFirst().error(), 3),
                        Numbers.text(rounds.getLast().error(), 3)),
                Axis.of("iteration"),
                Axis.of("zero, in codes"),
                series);
    }

    /** The steps of the last block that begins at or before a weight. */
    private static <S> List<S> of(
            List<S> steps, Matrix w, int row, int column, ToIntFunction<S> rowOf, ToIntFunction<S> columnOf) {
        long at = (long) row * w.cols() + column;
        long first = -1;
        for (S step : steps) {
            long begins = (long) rowOf.applyAsInt(step) * w.cols() + columnOf.applyAsInt(step);
            first = begins <= at ? Math.max(first, begins) : first;
        }
        long block = first;
        return steps.stream()
                .filter(s -> (long) rowOf.applyAsInt(s) * w.cols() + columnOf.applyAsInt(s) == block)
                .toList();
    }
}
