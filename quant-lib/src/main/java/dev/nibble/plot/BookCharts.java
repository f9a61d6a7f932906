package dev.nibble.plot;

import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.explain.Levels;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.format.codebook.LloydRound;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Charts and tables of the values that codes stand for: where they lie, how they got there, how often each is used. */
final class BookCharts {
    /** Rounds of Lloyd's iteration that are drawn. */
    private static final int ROUNDS = 200;

    private BookCharts() {}

    static Chart levels(String... recipes) {
        Charts.requireRecipes(recipes);
        Matrix unit = unit();
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < recipes.length; i++) {
            String recipe = recipes[i];
            Quantized q =
                    Formats.parse(recipe).quantize(unit, Progress.current().quiet());
            float[] values = Levels.of(q, 0)
                    .orElseThrow(() -> new IllegalArgumentException(recipe
                            + " has no codes of at most eight bits for single weights; its values are not listed"))
                    .values();
            double[] y = new double[values.length];
            Arrays.fill(y, recipes.length - 1 - i); // the first one on top
            series.add(Series.points(
                            "", // the axis names them
                            IntStream.range(0, values.length)
                                    .mapToDouble(k -> values[k])
                                    .toArray(),
                            y)
                    .styled(SeriesStyle.of(recipe).withMarkSize(values.length > 32 ? 4 : 8)));
        }
        return new Chart(
                "Values of a block whose largest weight is 1",
                Axis.of("value"),
                Axis.categories("", Arrays.asList(recipes).reversed()),
                series);
    }

    /** Floating-point types from two bits on. */
    private static final List<String> FLOATS = List.of(
            "minifloat:e1m0:none",
            "minifloat:e2m0:none",
            "fp4",
            "minifloat:e2m2:none",
            "fp6",
            "minifloat:e3m3:none",
            "fp8");

    static String recipe(String family, int bits) {
        if (bits < 2 || bits > 8) {
            throw new IllegalArgumentException("a number line is drawn for 2 to 8 bits, not for " + bits);
        }
        return family.equals("fp") ? FLOATS.get(bits - 2) : family + bits;
    }

    /** Bell-shaped weights, scaled so that every block of at least two of the first has 1 and -1 in it. */
    private static Matrix unit() {
        float[] x = Generators.gaussian(1, 256, 1).values().clone();
        float absmax = 0;
        for (float v : x) {
            absmax = Math.max(absmax, Math.abs(v));
        }
        for (int i = 0; i < x.length; i++) {
            x[i] /= absmax;
        }
        x[0] = 1;
        x[1] = -1;
        return Matrix.of("weights up to 1", 1, x.length, x);
    }

    static Chart lloyd(String recipe, Matrix w) {
        Trace trace = Trace.record();
        Formats.parse(recipe).quantize(w, Progress.current().quiet(), trace);
        List<LloydRound> all = trace.steps(LloydRound.class);
        if (all.isEmpty()) {
            throw new IllegalArgumentException(recipe + " fits no code book: expected kmeans, as \"kmeans:n3:tensor\"");
        }
        LloydRound first = all.getFirst();
        List<LloydRound> rounds = all.stream()
                .filter(r -> r.row() == first.row() && r.column() == first.column())
                .limit(ROUNDS)
                .toList();
        double[] x = rounds.stream().mapToDouble(LloydRound::round).toArray();
        List<Series> series = new ArrayList<>();
        for (int k = 0; k < first.levels().length; k++) {
            int level = k;
            double[] y = rounds.stream().mapToDouble(r -> r.levels()[level]).toArray();
            series.add(Series.line("", x, y).styled(SeriesStyle.of(recipe)));
        }
        LloydRound last = rounds.getLast();
        return new Chart(
                String.format(
                        Locale.ROOT,
                        "%s: %d values in %d rounds, mean squared error %s to %s",
                        recipe,
                        first.levels().length,
                        last.round(),
                        Numbers.text(first.meanSquaredError()),
                        Numbers.text(last.meanSquaredError())),
                Axis.of("round"),
                Axis.of("value"),
                series);
    }

    static Chart codeShares(Matrix w, String... recipes) {
        Charts.requireRecipes(recipes);
        List<double[]> shares = new ArrayList<>();
        for (String recipe : recipes) {
            shares.add(
                    shares(Formats.parse(recipe).quantize(w, Progress.current().quiet())));
        }
        int most = shares.stream().mapToInt(s -> s.length).max().orElse(0);
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < recipes.length; i++) {
            double[] y = shares.get(i);
            series.add(Series.bars(
                    recipes[i], IntStream.range(0, y.length).asDoubleStream().toArray(), y));
        }
        return new Chart(
                "How often each code is used: " + w.name(),
                Axis.categories(
                        "codes, from the lowest value to the highest",
                        IntStream.rangeClosed(1, most)
                                .mapToObj(Integer::toString)
                                .toList()),
                Axis.of("share of the weights", "%"),
                series);
    }

    /** Share of each code in percent, in the order of the mean values that they decode to; codes never used are left out. */
    private static double[] shares(Quantized q) {
        long[] counts = new long[256];
        double[] sums = new double[256];
        float[] decoded = q.dequantize().values();
        for (int r = 0; r < q.rows(); r++) {
            Progress.current().cancelToken().check("count codes of " + q.name());
            for (int c = 0; c < q.cols(); c++) {
                int code = q.code(r, c);
                if (code < -128 || code > 255) {
                    throw new IllegalArgumentException(
                            q.format().recipe() + " has the code " + code + ": expected codes of at most eight bits");
                }
                counts[code & 0xff]++;
                sums[code & 0xff] += decoded[r * q.cols() + c];
            }
        }
        double all = (double) q.rows() * q.cols();
        return IntStream.range(0, counts.length)
                .filter(code -> counts[code] > 0)
                .boxed()
                .sorted((a, b) -> Double.compare(sums[a] / counts[a], sums[b] / counts[b]))
                .mapToDouble(code -> 100 * counts[code] / all)
                .toArray();
    }

    static Table entropy(Matrix w, String... recipes) {
        Charts.requireRecipes(recipes);
        StringColumn recipe = StringColumn.create(Tables.RECIPE);
        IntColumn used = IntColumn.create("codes used");
        DoubleColumn largest = DoubleColumn.create("most frequent (%)");
        DoubleColumn smallest = DoubleColumn.create("least frequent (%)");
        DoubleColumn code = DoubleColumn.create("bits per code");
        DoubleColumn entropy = DoubleColumn.create("entropy (bits)");
        for (String text : recipes) {
            Quantized q = Formats.parse(text).quantize(w, Progress.current().quiet());
            double[] shares = shares(q);
            recipe.append(text);
            used.append(shares.length);
            largest.append(Arrays.stream(shares).max().orElse(0));
            smallest.append(Arrays.stream(shares).min().orElse(0));
            code.append(RateCharts.codeBits(q));
            entropy.append(RateCharts.entropy(q));
        }
        return Table.create(w.name(), recipe, used, largest, smallest, code, entropy);
    }
}
