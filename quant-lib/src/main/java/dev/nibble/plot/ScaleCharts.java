package dev.nibble.plot;

import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.microscaling.ScaleRule;
import dev.nibble.format.microscaling.SharedExponents;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Charts and tables of how a scale follows from the weights that share it. */
final class ScaleCharts {
    private static final int AMAX_STEPS = 256;
    private static final int BLOCK = 256;
    /** Most factors that are tried, and the distances in powers of two that they may have: ticks fall on them. */
    private static final int GAINS = 50;

    private static final double[] DISTANCES = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2};

    /** Weights that are traced at a time: a trace holds a record for each. */
    private static final int TRACED = 1 << 15;

    private ScaleCharts() {}

    static Chart largest(double from, double to, String... recipes) {
        Charts.requireRecipes(recipes);
        if (!(from > 0 && from < to && to <= 1e30)) {
            throw new IllegalArgumentException("from " + from + " to " + to + ": expected 0 < from < to");
        }
        float[] amax = new float[AMAX_STEPS + 1];
        float[] w = new float[amax.length * BLOCK];
        for (int i = 0; i < amax.length; i++) {
            amax[i] = (float) (from + (to - from) * i / AMAX_STEPS);
            w[i * BLOCK] = amax[i];
            w[i * BLOCK + BLOCK - 1] = (float) to; // keeps a scale of the whole tensor what it is
        }
        double[] x = IntStream.range(0, amax.length).mapToDouble(i -> amax[i]).toArray();
        Matrix rows = Matrix.of("largest weights", amax.length, BLOCK, w);
        List<Series> series = new ArrayList<>();
        series.add(Series.line("exact", new double[] {from, to}, new double[] {from, to})
                .styled(SeriesStyle.NEUTRAL.withDash(SeriesStyle.Dash.DASH)));
        for (int k = 0; k < recipes.length; k++) {
            Matrix decoded = Formats.parse(recipes[k])
                    .quantize(rows, Progress.current().quiet())
                    .dequantize();
            double[] y = IntStream.range(0, amax.length)
                    .mapToDouble(i -> decoded.get(i, 0))
                    .toArray();
            series.add(Series.line(recipes[k], x, y).styled(apart(recipes[k], k)));
        }
        return new Chart(
                "What the largest weight of a block becomes",
                Axis.of("largest weight of the block"),
                Axis.of("decoded"),
                series);
    }

    static Chart gain(Matrix w, double fromPower, double toPower, String... recipes) {
        Charts.requireRecipes(recipes);
        if (!(fromPower < toPower && fromPower >= -100 && toPower <= 100)) {
            throw new IllegalArgumentException(
                    "2^" + fromPower + " to 2^" + toPower + ": expected two powers from -100 to 100, rising");
        }
        double range = toPower - fromPower;
        double distance = Arrays.stream(DISTANCES)
                .filter(d -> range / d <= GAINS)
                .findFirst()
                .orElse(range / GAINS);
        double[] x = new double[(int) Math.floor(range / distance + 1e-9) + 1];
        double[][] y = new double[recipes.length][x.length];
        Progress progress = Progress.current();
        try (Progress.Task task = progress.task("scale " + w.name(), x.length, "factors")) {
            for (int i = 0; i < x.length; i++) {
                x[i] = fromPower + i * distance;
                float factor = (float) Math.pow(2, x[i]);
                float[] scaled = new float[w.size()];
                for (int j = 0; j < scaled.length; j++) {
                    scaled[j] = w.values()[j] * factor;
                }
                Matrix m = Matrix.of(w.name(), w.rows(), w.cols(), scaled);
                for (int k = 0; k < recipes.length; k++) {
                    y[k][i] = sqnr(m, recipes[k], progress.quiet());
                }
                task.step(1);
            }
        }
        List<Series> series = new ArrayList<>();
        for (int k = 0; k < recipes.length; k++) {
            series.add(Series.line(recipes[k], x, y[k]).styled(apart(recipes[k], k)));
        }
        return new Chart(
                "All weights times a factor: " + w.name(),
                Axis.of("factor, as a power of two"),
                Axis.of("SQNR, higher is better", "dB"),
                series);
    }

    /** A factor at which the format refuses a scale is a gap of its line. */
    private static double sqnr(Matrix m, String recipe, Progress progress) {
        try {
            return Formats.parse(recipe).quantize(m, progress).error(m).sqnrDb();
        } catch (IllegalArgumentException refused) {
            return Double.NaN;
        }
    }

    /** Recipes of one family share a colour; here they are what is compared, so each has one of its own. */
    private static SeriesStyle apart(String recipe, int k) {
        List<String> colours = List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9");
        SeriesStyle.Dash[] dashes = SeriesStyle.Dash.values();
        return SeriesStyle.of(recipe)
                .withColour(colours.get(k % colours.size()))
                .withDash(dashes[k % dashes.length]);
    }

    static Table rules(Matrix w, String recipe) {
        Format format = Formats.parse(recipe);
        Map<ScaleRule, Sums> sums = new EnumMap<>(ScaleRule.class);
        int rows = Math.max(1, TRACED / Math.max(1, w.cols()));
        double signal = 0;
        Progress progress = Progress.current();
        try (Progress.Task task = progress.task("scale rules on " + w.name(), w.rows(), "rows")) {
            for (int r = 0; r < w.rows(); r += rows) {
                int n = Math.min(rows, w.rows() - r);
                float[] values = Arrays.copyOfRange(w.values(), r * w.cols(), (r + n) * w.cols());
                for (float v : values) {
                    signal += (double) v * v;
                }
                Trace trace = Trace.record();
                format.quantize(Matrix.of(w.name(), n, w.cols(), values), progress.quiet(), trace);
                for (SharedExponents step : trace.steps(SharedExponents.class)) {
                    for (SharedExponents.Choice choice : step.choices()) {
                        sums.computeIfAbsent(choice.rule(), rule -> new Sums()).add(choice);
                    }
                }
                task.step(n);
            }
        }
        if (sums.isEmpty()) {
            throw new IllegalArgumentException(
                    recipe + " has no shared exponent: expected mxfp8, mxfp6, mxfp4 or mxint8");
        }
        StringColumn rule = StringColumn.create("rule");
        StringColumn formula = StringColumn.create("scale");
        DoubleColumn blocks = DoubleColumn.create("blocks that saturate (%)");
        DoubleColumn weights = DoubleColumn.create("weights that saturate (%)");
        DoubleColumn sqnr = DoubleColumn.create(Tables.SQNR);
        for (Map.Entry<ScaleRule, Sums> entry : sums.entrySet()) {
            Sums sum = entry.getValue();
            rule.append(entry.getKey().word());
            formula.append(entry.getKey().formula());
            blocks.append(100.0 * sum.saturatedBlocks / sum.blocks);
            weights.append(100.0 * sum.saturatedWeights / w.size());
            sqnr.append(10 * Math.log10(signal / sum.squares));
        }
        return Table.create(w.name() + " as " + recipe, rule, formula, blocks, weights, sqnr);
    }

    /** What one rule did to the blocks so far. */
    private static final class Sums {
        private long blocks;
        private long saturatedBlocks;
        private long saturatedWeights;
        private double squares;

        void add(SharedExponents.Choice choice) {
            blocks++;
            saturatedBlocks += choice.saturated() > 0 ? 1 : 0;
            saturatedWeights += choice.saturated();
            squares += choice.squaredError();
        }
    }
}
