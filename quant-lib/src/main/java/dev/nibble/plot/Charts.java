package dev.nibble.plot;

import dev.nibble.compare.ComparisonResult;
import dev.nibble.compare.ErrorGrowth;
import dev.nibble.compare.Recall;
import dev.nibble.compare.SensitivityResult;
import dev.nibble.core.Progress;
import dev.nibble.core.Vocabulary;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.format.minifloat.Minifloat;
import dev.nibble.tensor.ErrorStatistics;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Histogram;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tech.tablesaw.api.Table;

/**
 * The charts of the laboratory, one function each. What is drawn is computed here from all values; only counts, samples
 * and figures go into the {@link Chart}.
 */
public final class Charts {
    private static final int BINS = 121;
    private static final int SAMPLE = 4_000;

    private Charts() {}

    /**
     * Overlaid histograms of the errors (quantized - original) of a matrix under several formats. All values are
     * counted, in 121 bins between the largest errors; the share axis is logarithmic, because errors of formats differ
     * by orders of magnitude.
     *
     * @param w finite weights, [out, in]
     * @param recipes at least one
     * @throws IllegalArgumentException if a recipe is unknown or a weight is not finite
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Chart errors(Matrix w, @Vocabulary.Of("recipe") String... recipes) {
        requireRecipes(recipes);
        List<Matrix> decoded = new ArrayList<>();
        double range = 0;
        Progress progress = Progress.current();
        try (Progress.Task task = progress.task("quantize " + w.name(), recipes.length, "recipes")) {
            for (String recipe : recipes) {
                Matrix approximation =
                        Formats.parse(recipe).quantize(w, progress.quiet()).dequantize();
                range = Math.max(range, ErrorStatistics.of(w, approximation).maxError());
                decoded.add(approximation);
                task.step(1);
            }
        }
        range = range == 0 ? 1e-6 : range;
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < recipes.length; i++) {
            progress.cancelToken().check("histogram of errors of " + w.name());
            series.add(steps(recipes[i], Histogram.ofErrors(w, decoded.get(i), -range, range, BINS)));
        }
        return new Chart(
                "Errors of " + w.name(),
                Axis.of("error, quantized - original", ""),
                Axis.log("share of weights per bin", "%"),
                series);
    }

    /**
     * Each weight's quantized value against its original, and the diagonal where exact ones would lie: up to 4,000
     * weights drawn evenly by a fixed seed. Where a few outliers would squeeze all others into a dot (absmax above five
     * times the 98th percentile), the middle is shown; the axis says what share of all weights that is.
     *
     * @param w finite weights, [out, in]
     */
    public static Chart originalAgainstQuantized(Matrix w, @Vocabulary.Of("recipe") String recipe) {
        Matrix decoded =
                Formats.parse(recipe).quantize(w, Progress.current().quiet()).dequantize();
        int[] drawn = sample(w);
        double[] sizes = Arrays.stream(drawn)
                .mapToDouble(i -> Math.abs(w.values()[i]))
                .sorted()
                .toArray();
        double bulk = sizes.length == 0 ? 0 : sizes[(int) (0.98 * (sizes.length - 1))];
        double largest = sizes.length == 0 ? 0 : sizes[sizes.length - 1];
        double limit = bulk > 0 && largest > 5 * bulk ? 1.5 * bulk : largest;
        int[] sample = Arrays.stream(drawn)
                .filter(i -> Math.abs(w.values()[i]) <= limit)
                .toArray();
        double[] x = Arrays.stream(sample).mapToDouble(i -> w.values()[i]).toArray();
        double[] y = Arrays.stream(sample).mapToDouble(i -> decoded.values()[i]).toArray();
        double low = Arrays.stream(x).min().orElse(0);
        double high = Arrays.stream(x).max().orElse(0);
        Series exact = Series.line("exact", new double[] {low, high}, new double[] {low, high})
                .styled(SeriesStyle.NEUTRAL.withDash(SeriesStyle.Dash.DASH));
        Series points =
                Series.points(recipe, x, y).styled(SeriesStyle.of(recipe).withMarkSize(4));
        String scope = x.length == w.size()
                ? "original weight"
                : String.format(Locale.ROOT, "original weight, %,d of %,d drawn", x.length, w.size());
        if (limit < largest) {
            float[] v = w.values();
            long within = IntStream.range(0, v.length)
                    .filter(i -> Math.abs(v[i]) <= limit)
                    .count();
            scope += ", from the middle " + Numbers.text(100.0 * within / v.length, 3) + " %";
        }
        return new Chart(
                "Original against quantized: " + w.name(),
                Axis.of(scope),
                Axis.of("quantized weight"),
                List.of(exact, points));
    }

    /** Histograms of a matrix's values, before and after each format, over all values in 121 bins. */
    public static Chart distribution(Matrix w, @Vocabulary.Of("recipe") String... recipes) {
        List<Series> series = new ArrayList<>();
        Histogram original = Histogram.of(w, BINS);
        series.add(steps("original", original).styled(SeriesStyle.NEUTRAL));
        for (String recipe : recipes) {
            Matrix decoded = Formats.parse(recipe)
                    .quantize(w, Progress.current().quiet())
                    .dequantize();
            series.add(steps(recipe, Histogram.of(decoded, original.low(), original.high(), BINS)));
        }
        return new Chart("Values of " + w.name(), Axis.of("weight"), Axis.log("share of weights per bin", "%"), series);
    }

    /**
     * What a format costs and what it keeps: signal to quantization noise against stored bits per weight, a point for
     * each recipe. Higher is better, left is smaller.
     */
    public static Chart errorAgainstBits(Matrix w, @Vocabulary.Of("recipe") String... recipes) {
        return errorAgainstBits(Tables.errors(w, recipes));
    }

    /** The same from a table that {@link Tables#errors} made. */
    public static Chart errorAgainstBits(Table errors) {
        requireColumns(errors, Tables.RECIPE, Tables.BITS, Tables.SQNR);
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < errors.rowCount(); i++) {
            String recipe = errors.stringColumn(Tables.RECIPE).get(i);
            double[] bits = {errors.doubleColumn(Tables.BITS).getDouble(i)};
            double[] sqnr = {errors.doubleColumn(Tables.SQNR).getDouble(i)};
            series.add(Series.points(recipe, bits, sqnr)
                    .styled(unlike(series, SeriesStyle.of(recipe)).withMarkSize(11)));
        }
        return new Chart(
                "Error against bits: " + errors.name(),
                Axis.of("stored bits per weight, scales included", "bits"),
                Axis.of("SQNR, higher is better", "dB"),
                series);
    }

    /**
     * Signal to quantization noise of each matrix under each recipe.
     *
     * @param kinds a table that {@link Tables#kinds} made
     */
    public static Chart kinds(Table kinds) {
        requireColumns(kinds, Tables.TENSOR, Tables.RECIPE, Tables.SQNR);
        Set<String> tensors =
                new LinkedHashSet<>(kinds.stringColumn(Tables.TENSOR).asList());
        List<String> names = List.copyOf(tensors);
        Map<String, List<double[]>> points = new LinkedHashMap<>();
        for (int i = 0; i < kinds.rowCount(); i++) {
            int at = names.indexOf(kinds.stringColumn(Tables.TENSOR).get(i));
            points.computeIfAbsent(kinds.stringColumn(Tables.RECIPE).get(i), r -> new ArrayList<>())
                    .add(new double[] {at, kinds.doubleColumn(Tables.SQNR).getDouble(i)});
        }
        List<Series> series = new ArrayList<>();
        points.forEach((recipe, p) -> series.add(Series.points(
                        recipe,
                        p.stream().mapToDouble(v -> v[0]).toArray(),
                        p.stream().mapToDouble(v -> v[1]).toArray())
                .styled(SeriesStyle.of(recipe).withMarkSize(10))));
        return new Chart(
                "Error by kind of matrix: " + kinds.name(),
                Axis.categories("", names.stream().map(Charts::shortened).toList()),
                Axis.of("SQNR, higher is better", "dB"),
                series);
    }

    /**
     * The values that a format has for a block of weights, and which of them each weight becomes; up to 17 values carry
     * their codes.
     *
     * @param recipe any format
     * @param w finite weights, [out, in]; its first block is drawn
     */
    public static Chart numberLine(@Vocabulary.Of("recipe") String recipe, Matrix w) {
        return numberLine(recipe, w, 0);
    }

    /**
     * The same of another block; of more than 256 weights the first 256.
     *
     * @throws IndexOutOfBoundsException if there is no such block
     */
    public static Chart numberLine(@Vocabulary.Of("recipe") String recipe, Matrix w, int block) {
        return GridCharts.numberLine(recipe, w, block);
    }

    /**
     * How far apart the positive values of formats lie, for a block whose largest weight is 1: level for integers, stairs
     * for floats.
     *
     * @param recipes formats with a code of at most eight bits for each weight
     */
    public static Chart spacing(@Vocabulary.Of("recipe") String... recipes) {
        return GridCharts.spacing(recipes);
    }

    /**
     * A number in float32 and in a smaller float, bit under bit: sign, exponent, mantissa, and what is cut off.
     *
     * @param type such as {@code Minifloat.E4M3FN}; one with a sign
     * @param value a finite number
     */
    public static Chart bitFields(Minifloat type, float value) {
        return GridCharts.bitFields(type, value);
    }

    /**
     * Where to clip: magnitudes of the weights, the share beyond each clip, and the squared error of a symmetric grid
     * over the whole matrix that ends there, relative to the grid that ends at the largest weight. All weights count.
     *
     * @param w finite weights, not all zero
     * @param bits of the grid, 2 to 8
     */
    public static Chart clipping(Matrix w, int bits) {
        return RateCharts.clipping(w, bits);
    }

    /** One block: the weights, what they decode to, the errors, and the values there are to choose from. */
    public static Chart block(Quantized q, int block, Matrix original) {
        return BlockCharts.block(q, block, original);
    }

    /** What the stored bits are spent on; the bars of a recipe add up to its bits per weight. */
    public static Chart bitBudget(Matrix w, @Vocabulary.Of("recipe") String... recipes) {
        requireRecipes(recipes);
        return BlockCharts.budgetChart(Arrays.stream(recipes)
                .map(recipe ->
                        Formats.parse(recipe).quantize(w, Progress.current().quiet()))
                .toList());
    }

    /**
     * Signal to noise against bits: as stored, and as an ideal entropy code of the codes would store it; with the bound
     * that no code of Gaussian weights can pass (rate–distortion, 6.02 dB per bit), and the uniform grid with an entropy
     * code, 1.53 dB below it at high rates.
     *
     * @param w finite weights; the bound holds for independent Gaussian ones
     */
    public static Chart rate(Matrix w, @Vocabulary.Of("recipe") String... recipes) {
        return RateCharts.rate(w, recipes);
    }

    /**
     * The scales, and minima where there are any, that a format's search tried for the sub-block of one weight, and the
     * one it chose.
     *
     * @param recipe a format that searches, such as q4_k
     */
    public static Chart search(@Vocabulary.Of("recipe") String recipe, Matrix w, int row, int column) {
        return RateCharts.search(recipe, w, row, column);
    }

    /**
     * Where the values of formats lie, for a block whose largest weight is 1: one line of points for each recipe.
     *
     * @param recipes formats with a code of at most eight bits for each weight
     */
    public static Chart levels(@Vocabulary.Of("recipe") String... recipes) {
        return BookCharts.levels(recipes);
    }

    /**
     * Where the values of a family lie at so many bits, for a block whose largest weight is 1.
     *
     * @param family "int", "nf" or another family whose recipes end in their bits, or "fp": a floating-point type of so
     *     many bits, the usual one where there is one
     * @param bits 2 to 8
     * @throws IllegalArgumentException if there is no such format
     */
    public static Chart numberLine(String family, int bits) {
        return BookCharts.levels(BookCharts.recipe(family, bits));
    }

    /**
     * How the values of a fitted code book settle, round by round.
     *
     * @param recipe kmeans with any options; the first of its books is drawn, 200 rounds at most
     */
    public static Chart lloyd(@Vocabulary.Of("recipe") String recipe, Matrix w) {
        return BookCharts.lloyd(recipe, w);
    }

    /** How often each code is used, the codes in order of their values; a code that is never used has no bar. */
    public static Chart codeShares(Matrix w, @Vocabulary.Of("recipe") String... recipes) {
        return BookCharts.codeShares(w, recipes);
    }

    /**
     * The ranges that the clip search of an integer format tried for the group of one weight, and the one it took.
     *
     * @param recipe with a search by error, such as {@code int4:mse:g32}
     * @param w finite weights, [out, in]; all of it is quantized
     */
    public static Chart clipSearch(@Vocabulary.Of("recipe") String recipe, Matrix w, int row, int column) {
        return AffineCharts.clipSearch(recipe, w, row, column);
    }

    /**
     * The path of the zero point under HQQ's iteration, for the group of one weight.
     *
     * @param recipe such as {@code int4:hqq:g64}
     * @param w finite weights, [out, in]; all of it is quantized
     */
    public static Chart hqq(@Vocabulary.Of("recipe") String recipe, Matrix w, int row, int column) {
        return AffineCharts.hqq(recipe, w, row, column);
    }

    /** The style, with another mark if a series of the chart already has this one in this colour. */
    static SeriesStyle unlike(List<Series> before, SeriesStyle style) {
        List<SeriesStyle.Mark> taken = before.stream()
                .filter(s -> s.style().colour().equals(style.colour()))
                .map(s -> s.style().mark())
                .toList();
        return Stream.concat(Stream.of(style.mark()), Arrays.stream(SeriesStyle.Mark.values()))
                .filter(mark -> !taken.contains(mark))
                .findFirst()
                .map(style::withMark)
                .orElse(style);
    }

    /**
     * What the largest weight of a block becomes, whatever its size: a scale that is a power of two cuts some of them.
     * The rest of its block is zero.
     *
     * @param from smallest of these weights, positive
     * @param to largest of them
     */
    public static Chart largestWeight(double from, double to, @Vocabulary.Of("recipe") String... recipes) {
        return ScaleCharts.largest(from, to, recipes);
    }

    /**
     * Signal to noise of a matrix whose weights are all multiplied by one factor. Level for formats whose scales can be
     * anything, a wave for those whose scales are powers of two, a cliff where scales run out of range; a factor at
     * which a format refuses the matrix is a gap.
     *
     * @param w finite weights
     * @param fromPower the smallest factor is 2 to this
     * @param toPower the largest
     */
    public static Chart errorAgainstGain(
            Matrix w, double fromPower, double toPower, @Vocabulary.Of("recipe") String... recipes) {
        return ScaleCharts.gain(w, fromPower, toPower, recipes);
    }

    /**
     * Signal to noise against bits for many formats, coloured by family, with the line through those that no smaller
     * format beats and the bound for independent Gaussian weights, 6.02 dB per bit. A format without any error is left
     * out.
     *
     * @param errors a table that {@link Tables#errors} made
     */
    public static Chart families(Table errors) {
        requireColumns(errors, Tables.RECIPE, Tables.BITS, Tables.SQNR);
        return FrontCharts.chart(errors);
    }

    /**
     * The same, measured from the bound, in dB: formats that lie close together are told apart, and those that
     * no smaller one beats are named.
     *
     * @param errors a table that {@link Tables#errors} made
     */
    public static Chart fromBound(Table errors) {
        requireColumns(errors, Tables.RECIPE, Tables.BITS, Tables.SQNR);
        return FrontCharts.fromBound(errors);
    }

    /** One histogram as filled steps. */
    public static Chart histogram(String title, Histogram histogram) {
        Series steps = steps("values", histogram);
        return new Chart(
                title,
                Axis.of("value"),
                Axis.of("share of values per bin", "%"),
                List.of(steps.styled(SeriesStyle.of("int8").withFill())));
    }

    /** The outline of a histogram, in percent of all values; a histogram of more than 500 bins is made coarser. */
    private static Series steps(String name, Histogram histogram) {
        long[] counts = histogram.counts();
        int join = (counts.length - 1) / 500 + 1;
        int bins = (counts.length - 1) / join + 1;
        double[] x = new double[bins + 1];
        double[] y = new double[bins + 1];
        double total = Math.max(1, histogram.total());
        for (int i = 0; i < counts.length; i++) {
            y[i / join] += 100 * counts[i] / total;
        }
        for (int i = 0; i <= bins; i++) {
            x[i] = histogram.low() + Math.min((long) i * join, counts.length) * histogram.width();
        }
        y[bins] = y[bins - 1];
        return Series.steps(name, x, y);
    }

    /** Indices of the weights that a scatter shows: all of a small matrix, else by seed, without pattern. */
    private static int[] sample(Matrix w) {
        int n = w.size();
        if (n <= SAMPLE) {
            return IntStream.range(0, n).toArray();
        }
        int[] indices = new int[SAMPLE];
        float[] v = w.values();
        int low = 0;
        int high = 0;
        for (int i = 0; i < n; i++) {
            low = v[i] < v[low] ? i : low;
            high = v[i] > v[high] ? i : high;
        }
        indices[0] = low;
        indices[1] = high;
        for (int i = 2; i < SAMPLE; i++) {
            indices[i] = (int) (Generators.uniform(1, i) * n);
        }
        return indices;
    }

    /** {@code model.layers.15.mlp.down_proj.weight} without what all of them share. */
    private static String shortened(String tensor) {
        return tensor.replaceFirst("^(model\\.layers|blk)\\.", "").replaceFirst("\\.weight$", "");
    }

    static void requireRecipes(String... recipes) {
        if (recipes.length == 0) {
            throw new IllegalArgumentException("no recipe given: expected at least one, such as \"int4:g32\"");
        }
        for (String recipe : recipes) {
            Formats.parse(recipe); // a misspelling is reported before the first minute of work, not after
        }
    }

    static void requireColumns(Table table, String... names) {
        for (String name : names) {
            if (!table.containsColumn(name)) {
                throw new IllegalArgumentException("table \"" + table.name() + "\" has no column \"" + name
                        + "\": expected one that Tables made; it has " + table.columnNames());
            }
        }
    }

    /** Divergence against stored bits per weight, and the formats that no smaller one beats. */
    public static Chart comparison(ComparisonResult result) {
        return ComparisonViews.front(result);
    }

    /** Divergence with one linear quantized, from layer to layer, a line for each kind. */
    public static Chart sensitivity(SensitivityResult result) {
        return SensitivityViews.chart(result);
    }

    /**
     * How the error of hidden states grows from layer to layer, one line for each: its mean over positions, and for up to
     * four of them also its largest, dotted. Layers without an error have no place on the logarithmic axis.
     *
     * @throws IllegalArgumentException if there is none, or one comes twice
     */
    public static Chart errorGrowth(ErrorGrowth... growths) {
        return ErrorGrowthViews.chart(growths);
    }

    /**
     * Probability of a phrase that was read before, against how many tokens before. Bars are one standard error.
     *
     * @throws IllegalArgumentException if there is none, or they have not all the same first model, distances and samples
     */
    public static Chart recall(Recall... recalls) {
        return RecallViews.chart(recalls);
    }
}
