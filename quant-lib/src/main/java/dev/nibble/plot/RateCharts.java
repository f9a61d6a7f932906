package dev.nibble.plot;

import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.BitField;
import dev.nibble.format.BitField.Role;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.format.gguf.ScaleTried;
import dev.nibble.plot.SeriesStyle.Dash;
import dev.nibble.plot.SeriesStyle.Mark;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Charts of what bits buy: error against rate, against the clip of a grid, and of the scales that a search tried. */
final class RateCharts {
    /** Decibels per bit: 20 log10(2). */
    static final double PER_BIT = 20 * Math.log10(2);

    /** What a uniform grid with an ideal entropy code loses to the bound at high rates: 10 log10(π e / 6) dB. */
    static final double UNIFORM_LOSS = 10 * Math.log10(Math.PI * Math.E / 6);

    private static final int CLIPS = 80;
    private static final int BINS = 80;

    private RateCharts() {}

    static Chart rate(Matrix w, String... recipes) {
        Charts.requireRecipes(recipes);
        List<Series> series = new ArrayList<>();
        List<Series> shown = new ArrayList<>();
        double most = 0;
        Progress progress = Progress.current();
        try (Progress.Task task = progress.task("quantize " + w.name(), recipes.length, "recipes")) {
            for (String recipe : recipes) {
                Quantized q = Formats.parse(recipe).quantize(w, progress.quiet());
                double sqnr = q.error(w).sqnrDb();
                double stored = q.bitsPerWeight();
                double coded = stored - codeBits(q) + entropy(q);
                most = Math.max(most, stored);
                SeriesStyle style = Charts.unlike(shown, SeriesStyle.of(recipe));
                series.add(Series.line("", new double[] {coded, stored}, new double[] {sqnr, sqnr})
                        .styled(new SeriesStyle(style.colour(), Dash.DOT, Mark.CIRCLE, false, 1.5, 8)));
                series.add(Series.points("", new double[] {coded}, new double[] {sqnr})
                        .styled(new SeriesStyle(style.colour(), Dash.SOLID, Mark.CROSS, false, 2, 9)));
                Series point = Series.points(recipe, new double[] {stored}, new double[] {sqnr})
                        .styled(style.withMarkSize(11));
                shown.add(point);
                series.add(point);
                task.step(1);
            }
        }
        double end = Math.ceil(most);
        double[] x = {0, end};
        List<Series> all = new ArrayList<>();
        all.add(Series.line("bound (Gaussian)", x, new double[] {0, PER_BIT * end})
                .styled(SeriesStyle.NEUTRAL));
        all.add(Series.line("uniform + entropy code", new double[] {1, end}, new double[] {
                    PER_BIT - UNIFORM_LOSS, PER_BIT * end - UNIFORM_LOSS
                })
                .styled(SeriesStyle.NEUTRAL.withDash(Dash.DASH)));
        all.addAll(series);
        return new Chart(
                "SQNR against bits: " + w.name() + "; lines rise by 6.02 dB per bit",
                Axis.of("bits per weight: stored, and with an entropy code (crosses)", "bits"),
                Axis.of("SQNR, higher is better", "dB"),
                all);
    }

    static Table table(Matrix w, String... recipes) {
        Charts.requireRecipes(recipes);
        StringColumn recipe = StringColumn.create(Tables.RECIPE);
        DoubleColumn bits = DoubleColumn.create(Tables.BITS);
        DoubleColumn sqnr = DoubleColumn.create(Tables.SQNR);
        DoubleColumn gap = DoubleColumn.create("below the bound (dB)");
        DoubleColumn coded = DoubleColumn.create("bits with an entropy code");
        DoubleColumn codedGap = DoubleColumn.create("then below the bound (dB)");
        Progress progress = Progress.current();
        for (String text : recipes) {
            Quantized q = Formats.parse(text).quantize(w, progress.quiet());
            double stored = q.bitsPerWeight();
            double worth = stored - codeBits(q) + entropy(q);
            double reached = q.error(w).sqnrDb();
            recipe.append(text);
            bits.append(stored);
            sqnr.append(reached);
            gap.append(PER_BIT * stored - reached);
            coded.append(worth);
            codedGap.append(PER_BIT * worth - reached);
        }
        return Table.create(w.name(), recipe, bits, sqnr, gap, coded, codedGap);
    }

    /** Mean bits of codes and signs per weight. */
    static double codeBits(Quantized q) {
        long[] bits = GridCharts.bitsByRole(q);
        double sum = 0;
        List<Role> roles = List.of(BitField.Role.values());
        for (Role role : List.of(Role.CODE, Role.CODES, Role.SIGN)) {
            sum += bits[roles.indexOf(role)];
        }
        return sum / ((double) q.rows() * q.cols());
    }

    /** Entropy of the codes of single weights, in bits: what an ideal code that knows their frequencies takes. */
    static double entropy(Quantized q) {
        Map<Integer, int[]> counts = new HashMap<>();
        for (int r = 0; r < q.rows(); r++) {
            Progress.current().cancelToken().check("entropy of " + q.name());
            for (int c = 0; c < q.cols(); c++) {
                counts.computeIfAbsent(q.code(r, c), k -> new int[1])[0]++;
            }
        }
        double n = (double) q.rows() * q.cols();
        return counts.values().stream()
                .mapToDouble(count -> count[0])
                .sorted() // one order of the sum, whatever the order of the map
                .map(count -> -count / n * Math.log(count / n) / Math.log(2))
                .sum();
    }

    static Chart clipping(Matrix w, int bits) {
        if (bits < 2 || bits > 8) {
            throw new IllegalArgumentException(bits + " bits: expected 2 to 8");
        }
        float[] v = w.values();
        float absmax = 0;
        for (float x : v) {
            absmax = Math.max(absmax, Math.abs(x));
        }
        if (!(absmax > 0 && absmax <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(w + " has no range to clip: its largest magnitude is " + absmax);
        }
        double largest = absmax;
        double[] clip = new double[CLIPS];
        double[] mse = new double[CLIPS];
        double[] mass = new double[CLIPS];
        int top = (1 << (bits - 1)) - 1;
        Parallel.ranges(CLIPS, 1, "clip " + w.name(), (from, to) -> {
            for (int k = from; k < to; k++) {
                clip[k] = largest * (k + 1) / CLIPS;
                double step = clip[k] / top;
                double squares = 0;
                long beyond = 0;
                for (float x : v) {
                    double code = Math.clamp(Math.rint(x / step), -top, top);
                    double e = code * step - x;
                    squares += e * e;
                    beyond += Math.abs(x) > clip[k] ? 1 : 0;
                }
                mse[k] = squares;
                mass[k] = 100.0 * beyond / v.length;
            }
        });
        double unclipped = mse[CLIPS - 1];
        int best = 0;
        double[] relative = new double[CLIPS];
        for (int k = 0; k < CLIPS; k++) {
            best = mse[k] < mse[best] ? k : best;
            relative[k] = 100 * mse[k] / unclipped;
        }
        double[] binX = new double[BINS + 1];
        double[] binY = new double[BINS + 1];
        for (float x : v) {
            binY[Math.min(BINS - 1, (int) (Math.abs(x) / largest * BINS))] += 100.0 / v.length;
        }
        for (int b = 0; b <= BINS; b++) {
            binX[b] = largest * b / BINS;
        }
        binY[BINS] = binY[BINS - 1];
        return new Chart(
                String.format(
                        Locale.ROOT,
                        "Where to clip %s at %d bits: best at %s %% of the largest weight",
                        w.name(),
                        bits,
                        Numbers.text(100 * clip[best] / largest, 3)),
                Axis.of("magnitude of a weight, or clip"),
                Axis.log("share, or MSE relative to no clipping", "%"),
                List.of(
                        Series.steps("weights per bin", binX, binY).styled(SeriesStyle.NEUTRAL),
                        Series.line("clipped weights", clip, mass)
                                .styled(SeriesStyle.of("int8").withDash(Dash.DASH)),
                        Series.line("MSE", clip, relative).styled(SeriesStyle.of("int4")),
                        Series.points("best", new double[] {clip[best]}, new double[] {relative[best]})
                                .styled(SeriesStyle.of("int4").withMarkSize(10))
                                .labelled(List.of(Numbers.text(relative[best], 3) + " %"))));
    }

    static Chart search(String recipe, Matrix w, int row, int column) {
        Trace trace = Trace.record();
        Matrix one = Matrix.of(w.name(), 1, w.cols(), w.row(row));
        Formats.parse(recipe).quantize(one, Progress.current().quiet(), trace);
        List<ScaleTried> tried = trace.steps(ScaleTried.class).stream()
                .filter(t -> t.of() == ScaleTried.Of.WEIGHTS && t.column() <= column && column < t.column() + t.count())
                .toList();
        if (tried.isEmpty()) {
            throw new IllegalArgumentException(recipe + " searches no scales: expected a type that does, such as q4_k");
        }
        ScaleTried chosen =
                tried.stream().filter(ScaleTried::taken).reduce((a, b) -> b).orElse(tried.getFirst());
        boolean minima =
                tried.stream().anyMatch(t -> t.min() != tried.getFirst().min());
        double[] x = tried.stream().mapToDouble(ScaleTried::scale).toArray();
        double[] y =
                tried.stream().mapToDouble(t -> minima ? t.min() : t.error()).toArray();
        double worst = tried.stream().mapToDouble(ScaleTried::error).max().orElse(1);
        List<Series> series = new ArrayList<>();
        for (int band = 0; band < 3; band++) { // thirds of the errors, the best ones last and on top
            double low = chosen.error() + (worst - chosen.error()) * (2 - band) / 3;
            double high = chosen.error() + (worst - chosen.error()) * (3 - band) / 3;
            int[] in = IntStream.range(0, x.length)
                    .filter(i -> tried.get(i).error() >= low && tried.get(i).error() <= high)
                    .toArray();
            if (in.length > 0) {
                String name = "error up to " + Numbers.text(high, 3);
                String colour = List.of("#b8b8b8", "#6699cc", "#0072b2").get(band);
                series.add(Series.points(
                                name,
                                Arrays.stream(in).mapToDouble(i -> x[i]).toArray(),
                                Arrays.stream(in).mapToDouble(i -> y[i]).toArray())
                        .styled(SeriesStyle.NEUTRAL.withColour(colour).withMarkSize(8)));
            }
        }
        series.add(Series.points(
                        "chosen", new double[] {chosen.scale()}, new double[] {minima ? chosen.min() : chosen.error()})
                .styled(new SeriesStyle("#d55e00", Dash.SOLID, Mark.DIAMOND, false, 2, 13))
                .labelled(List.of("error " + Numbers.text(chosen.error(), 3))));
        double gain = 10 * Math.log10(tried.getFirst().error() / chosen.error());
        return new Chart(
                String.format(
                        Locale.ROOT,
                        "%s searches row %d, columns %d to %d: %d candidates, %s dB gained",
                        recipe,
                        row,
                        chosen.column(),
                        chosen.column() + chosen.count() - 1,
                        tried.size(),
                        Numbers.text(gain, 3)),
                Axis.of("scale tried"),
                Axis.of(minima ? "minimum tried" : "weighted squared error"),
                series);
    }
}
