package dev.nibble.plot;

import dev.nibble.core.Progress;
import dev.nibble.explain.Levels;
import dev.nibble.format.BitField;
import dev.nibble.format.BlockView;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.format.minifloat.Minifloat;
import dev.nibble.format.minifloat.Rounded;
import dev.nibble.plot.SeriesStyle.Mark;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Charts of the values that a format has: where they lie, how far apart, and which bits stand for them. */
final class GridCharts {
    /** Weights of a block that are drawn at most. */
    private static final int WEIGHTS = 256;

    /** Levels that still have room for a text each. */
    private static final int LABELLED = 17;

    private static final SeriesStyle THIN =
            new SeriesStyle("#808080", SeriesStyle.Dash.SOLID, Mark.CIRCLE, false, 0.7, 5);

    private GridCharts() {}

    static Chart numberLine(String recipe, Matrix w, int block) {
        Quantized q = Formats.parse(recipe).quantize(w, Progress.current().quiet());
        BlockView view = q.block(block);
        int n = Math.min(WEIGHTS, view.count());
        int first = view.row() * q.cols() + view.column();
        float[] decoded = q.dequantize().values();
        double[] x = new double[3 * n];
        double[] y = new double[3 * n];
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            weights[i] = w.values()[first + i];
            x[3 * i] = weights[i];
            x[3 * i + 1] = decoded[first + i];
            x[3 * i + 2] = decoded[first + i];
            y[3 * i] = 1;
            y[3 * i + 2] = Double.NaN;
        }
        Levels levels = Levels.of(q, block).orElseGet(() -> distinct(decoded, first, n));
        double[] at = IntStream.range(0, levels.values().length)
                .mapToDouble(i -> levels.values()[i])
                .toArray();
        Series grid = Series.points(recipe, at, new double[at.length])
                .styled(SeriesStyle.of(recipe).withMarkSize(9));
        if (at.length <= LABELLED && levels.codes().length > 0) {
            grid = grid.labelled(
                    Arrays.stream(levels.codes()).mapToObj(Integer::toString).toList());
        }
        Series values = Series.points(
                        "weights",
                        weights,
                        IntStream.range(0, n).mapToDouble(i -> 1).toArray())
                .styled(SeriesStyle.NEUTRAL.withMarkSize(5));
        String scope = n == view.count() ? n + " weights" : n + " of " + view.count() + " weights";
        return new Chart(
                String.format(
                        Locale.ROOT,
                        "%s, block %d: %s on the %d values of %s",
                        w.name(),
                        block,
                        scope,
                        at.length,
                        recipe),
                Axis.of("weight"),
                Axis.categories("", List.of("values", "weights")),
                List.of(Series.line("becomes", x, y).styled(THIN), values, grid));
    }

    private static Levels distinct(float[] decoded, int first, int n) {
        float[] sorted = Arrays.copyOfRange(decoded, first, first + n);
        Arrays.sort(sorted);
        int count = 0;
        for (float v : sorted) {
            if (count == 0 || v != sorted[count - 1]) {
                sorted[count++] = v;
            }
        }
        return new Levels(Arrays.copyOf(sorted, count), new int[0]);
    }

    static Chart spacing(String... recipes) {
        Charts.requireRecipes(recipes);
        Matrix w = Generators.gaussian(1, 256, 1);
        float absmax = 0;
        for (float v : w.values()) {
            absmax = Math.max(absmax, Math.abs(v));
        }
        float[] x = w.values().clone();
        for (int i = 0; i < x.length; i++) {
            x[i] /= absmax;
        }
        x[0] = 1; // so that the first block of any size has the largest weight 1
        Matrix unit = Matrix.of("weights up to 1", 1, 256, x);
        List<Series> series = new ArrayList<>();
        for (String recipe : recipes) {
            Quantized q =
                    Formats.parse(recipe).quantize(unit, Progress.current().quiet());
            Levels levels = Levels.of(q, 0)
                    .orElseThrow(() -> new IllegalArgumentException(recipe
                            + " has no codes of at most eight bits for single weights; its values are not listed"));
            series.add(gaps(recipe, levels.values(), series));
        }
        return new Chart(
                "Distance between neighbouring values",
                Axis.log("magnitude, in units of the block's largest weight", ""),
                Axis.log("distance to the next value", ""),
                series);
    }

    /** Steps over the positive values: what holds from each up to the next. */
    private static Series gaps(String recipe, float[] values, List<Series> before) {
        double[] positive = IntStream.range(0, values.length)
                .mapToDouble(i -> values[i])
                .filter(v -> v > 0)
                .toArray();
        double[] gap = new double[positive.length];
        for (int i = 0; i + 1 < positive.length; i++) {
            gap[i] = positive[i + 1] - positive[i];
        }
        if (positive.length > 1) {
            gap[positive.length - 1] = gap[positive.length - 2];
        }
        // formats of one family share a colour: the second is dashed, the third dotted
        SeriesStyle style = SeriesStyle.of(recipe);
        long alike = before.stream()
                .filter(s -> s.style().colour().equals(style.colour()))
                .count();
        SeriesStyle.Dash[] dashes = SeriesStyle.Dash.values();
        return Series.steps(recipe, positive, gap)
                .styled(style.withDash(dashes[(int) Math.min(alike, dashes.length - 1)]));
    }

    static Chart bitFields(Minifloat type, float value) {
        Rounded rounded = type.explain(value);
        int exponents = Math.max(8, type.exponentBits());
        List<double[]> sign = new ArrayList<>();
        List<double[]> exponent = new ArrayList<>();
        List<double[]> mantissa = new ArrayList<>();
        List<double[]> cut = new ArrayList<>();
        int bits = Float.floatToRawIntBits(value);
        sign.add(new double[] {0, 1, bits >>> 31});
        sign.add(new double[] {0, 0, rounded.sign()});
        for (int i = 0; i < 8; i++) {
            exponent.add(new double[] {exponents - i, 1, bits >>> (23 + i) & 1});
        }
        for (int i = 0; i < type.exponentBits(); i++) {
            exponent.add(new double[] {exponents - i, 0, rounded.exponent() >>> i & 1});
        }
        for (int i = 0; i < 23; i++) {
            (i < type.mantissaBits() ? mantissa : cut).add(new double[] {exponents + 1 + i, 1, bits >>> (22 - i) & 1});
        }
        for (int i = 0; i < type.mantissaBits(); i++) {
            mantissa.add(new double[] {exponents + 1 + i, 0, rounded.mantissa() >>> (type.mantissaBits() - 1 - i) & 1});
        }
        List<Series> series = new ArrayList<>();
        series.add(squares("sign", "#cc6677", sign));
        series.add(squares("exponent", "#0072b2", exponent));
        series.add(squares("mantissa", "#009e73", mantissa));
        series.add(squares("cut off", "#808080", cut));
        series.removeIf(s -> s.size() == 0);
        return new Chart(
                String.format(
                        Locale.ROOT,
                        "%s in %s becomes %s%s",
                        value,
                        type.name(),
                        rounded.value(),
                        rounded.tie()
                                ? ", halfway between two values"
                                : rounded.direction() == Rounded.Direction.EXACT ? " exactly" : ""),
                Axis.of("place of the bit: sign, exponent, mantissa"),
                Axis.categories("", List.of(type.name(), "float32")),
                series);
    }

    private static Series squares(String name, String colour, List<double[]> bits) {
        return Series.points(
                        name,
                        bits.stream().mapToDouble(b -> b[0]).toArray(),
                        bits.stream().mapToDouble(b -> b[1]).toArray())
                .styled(new SeriesStyle(colour, SeriesStyle.Dash.SOLID, Mark.SQUARE, false, 2, 16))
                .labelled(bits.stream().map(b -> b[2] == 1 ? "1" : "0").toList());
    }

    /** Bits that belong to roles, as {@code role, bits} of a whole matrix; numbers of the tensor count once. */
    static long[] bitsByRole(Quantized q) {
        long[] bits = new long[BitField.Role.values().length];
        Progress.current().cancelToken().check("count bits of " + q.name());
        for (int b = 0; b < q.blocks(); b++) {
            if ((b & 1023) == 0) {
                Progress.current().cancelToken().check("count bits of " + q.name());
            }
            for (BitField field : q.block(b).fields()) {
                if (field.role() != BitField.Role.TENSOR || b == 0) {
                    bits[index(field.role())] += field.bits();
                }
            }
        }
        return bits;
    }

    private static int index(BitField.Role role) {
        return List.of(BitField.Role.values()).indexOf(role);
    }
}
