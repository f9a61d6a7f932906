package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.format.minifloat.Minifloat;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.tablesaw.api.Table;

class GridChartsTest {
    private static final Matrix W = Generators.gaussian(8, 512, 3, 0.02).named("w");

    private static Series named(Chart chart, String name) {
        return chart.series().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theNumberLineHasTheValuesOfTheTableAndEachWeightAtItsNearest() {
        Chart chart = Charts.numberLine("nf4:b64", W, 2);
        Series values = named(chart, "nf4:b64");
        // NF4's table times the absmax of the block, from QLoRA: -1 … 0 … 1, code 0 first
        float absmax = 0;
        for (int i = 128; i < 192; i++) {
            absmax = Math.max(absmax, Math.abs(W.values()[i]));
        }
        assertThat(values.labels()).hasSize(16).startsWith("0").endsWith("15");
        assertThat(values.x()[0]).isEqualTo(-absmax);
        assertThat(values.x()[7]).isZero();
        assertThat(values.x()[14]).isCloseTo(0.7229568362236023 * absmax, within(1e-8));
        double[] line = named(chart, "becomes").x();
        for (int i = 0; i < 64; i++) {
            double weight = line[3 * i];
            double becomes = line[3 * i + 1];
            double nearest = Arrays.stream(values.x())
                    .map(v -> Math.abs(v - weight))
                    .min()
                    .getAsDouble();
            assertThat(weight).isEqualTo(W.values()[128 + i]);
            assertThat(Math.abs(becomes - weight)).isEqualTo(nearest);
        }
    }

    @Test
    void integersAreEvenlySpacedAndFloatsInStairs() {
        Chart chart = Charts.spacing("int4:sym:g32:f32", "fp4:e2m1:g32");
        double[] even = chart.series().get(0).y();
        assertThat(even).hasSize(7);
        assertThat(Arrays.stream(even).max().getAsDouble()).isCloseTo(1 / 7.0, within(1e-6));
        assertThat(Arrays.stream(even).min().getAsDouble()).isCloseTo(1 / 7.0, within(1e-6));
        // E2M1: .5 1 1.5 2 3 4 6, over 6
        double[] stairs = chart.series().get(1).y();
        assertThat(stairs).hasSize(7);
        assertThat(stairs[0] * 6).isCloseTo(0.5, within(1e-6));
        assertThat(stairs[4] * 6).isCloseTo(1, within(1e-6));
        assertThat(stairs[5] * 6).isCloseTo(2, within(1e-6));
        // FP8's subnormals: 2^-9 and its multiples up to 2^-6, under 448 as the largest weight
        Chart small = Charts.spacing("fp8:e4m3:g32");
        assertThat(small.series().getFirst().x()[0] * 448).isCloseTo(0x1p-9, within(1e-6));
        for (double gap : Arrays.copyOf(small.series().getFirst().y(), 15)) {
            assertThat(gap * 448).isCloseTo(0x1p-9, within(1e-6));
        }
        assertThatThrownBy(() -> Charts.spacing("fp16")).hasMessageContaining("fp16");
    }

    @Test
    void theBitsOfAFloatAreThoseOfItsCode() {
        // 3.3 in E4M3FN: 0 1000 101 = 3.25 (ml_dtypes)
        Chart chart = Charts.bitFields(Minifloat.E4M3FN, 3.3f);
        assertThat(chart.title()).contains("3.3", "e4m3fn", "3.25");
        assertThat(chart.series()).extracting(Series::name).containsExactly("sign", "exponent", "mantissa", "cut off");
        Series exponent = named(chart, "exponent");
        StringBuilder bits = new StringBuilder();
        for (int place = 0; place < 40; place++) {
            for (int i = 0; i < exponent.size(); i++) {
                if (exponent.x()[i] == place && exponent.y()[i] == 0) {
                    bits.append(exponent.labels().get(i));
                }
            }
        }
        assertThat(bits).hasToString("1000");
        assertThat(chart.y().categories()).containsExactly("e4m3fn", "float32");
        int drawn = chart.series().stream().mapToInt(s -> s.size()).sum();
        assertThat(drawn).isEqualTo(8 + 32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"int4:asym:g32", "nf4:b64", "q4_k", "q6_k", "fp8:e4m3:tensor"})
    void theBudgetAddsUpToTheBitsPerWeight(String recipe) {
        Quantized q = Formats.parse(recipe).quantize(W);
        Table table = Tables.bitBudget(q);
        double[] bits = table.doubleColumn("bits/weight").asDoubleArray();
        assertThat(bits[bits.length - 1]).isEqualTo(q.bitsPerWeight());
        assertThat(Arrays.stream(bits).limit(bits.length - 1L).sum()).isCloseTo(q.bitsPerWeight(), within(1e-12));
        Chart chart = Charts.bitBudget(W, recipe);
        assertThat(Arrays.stream(chart.series().getFirst().y()).sum()).isCloseTo(q.bitsPerWeight(), within(1e-12));
    }

    @Test
    void theBestClipIsNoWorseThanNoneAndTheCurveEndsThere() {
        Chart chart = Charts.clipping(W, 3);
        double[] mse = named(chart, "MSE").y();
        assertThat(mse[mse.length - 1]).isEqualTo(100);
        assertThat(named(chart, "best").y()[0])
                .isEqualTo(Arrays.stream(mse).min().getAsDouble());
        double[] clipped = named(chart, "clipped weights").y();
        assertThat(clipped[clipped.length - 1]).isZero();
        assertThat(clipped).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThatThrownBy(() -> Charts.clipping(Matrix.of(2, 2, new float[4]), 4))
                .hasMessageContaining("magnitude");
    }

    @Test
    void noFormatPassesTheBoundOfGaussianWeightsByItsStoredBits() {
        Chart chart = Charts.rate(W, "int8:sym:g32", "int4:asym:g128", "nf4:b64", "q4_k");
        for (Series s : chart.series()) {
            if (s.name().contains(":") || s.name().startsWith("q")) {
                assertThat(s.y()[0]).as(s.name()).isLessThan(s.x()[0] * 20 * Math.log10(2));
            }
        }
        assertThat(RateCharts.UNIFORM_LOSS).isCloseTo(1.53, within(0.01));
    }

    @Test
    void theSearchOfAKQuantShowsItsCandidatesAndTheChosenOneIsTheBest() {
        Chart chart = Charts.search("q4_k", W, 3, 40);
        assertThat(chart.title()).contains("columns 32 to 63");
        int candidates = chart.series().stream()
                .filter(s -> !s.name().equals("chosen"))
                .mapToInt(s -> s.size())
                .sum();
        assertThat(candidates).isGreaterThanOrEqualTo(22); // the plain grid, and 21 of make_qkx2's loop
        assertThat(named(chart, "chosen").size()).isOne();
        assertThatThrownBy(() -> Charts.search("int4", W, 0, 0)).hasMessageContaining("q4_k");
    }

    @Test
    void aBlockIsTakenApartWeightByWeight() {
        Quantized q = Formats.parse("int4:asym:g32").quantize(W);
        Table table = Tables.block(q, 3, W);
        assertThat(table.rowCount()).isEqualTo(32);
        for (int i = 0; i < 32; i++) {
            assertThat(table.intColumn("code").get(i)).isEqualTo(q.code(0, 96 + i));
            assertThat(table.stringColumn("bits").get(i))
                    .contains("codes byte ")
                    .matches(".*: [01]{4}");
        }
        Chart chart = Charts.block(q, 3, W);
        assertThat(named(chart, "weight").y()[5]).isEqualTo(W.values()[101]);
        assertThat(named(chart, "decoded").y()[5]).isEqualTo(q.dequantize().values()[101]);
        assertThat(named(chart, "values there are").size()).isEqualTo(3 * 16);
        Table optimum = Tables.optimum(q, W, 4);
        assertThat(optimum.rowCount()).isEqualTo(4);
        assertThat(optimum.doubleColumn("gap (dB)").min()).isPositive();
    }

    /** The best pair of scale and minimum may beat the best scale beside the minimum that was chosen. */
    @Test
    void theOptimumSaysWhetherTheMinimumMoves() {
        assertThat(Tables.optimum(Formats.parse("q4_0").quantize(W), W, 2).columnNames())
                .contains("best stored scale (dB)");
        assertThat(Tables.optimum(Formats.parse("q4_k").quantize(W), W, 2).columnNames())
                .contains("best stored scale and minimum (dB)")
                .doesNotContain("best stored scale (dB)");
    }

    /** Points of a grid have no values of their own, and as many values as weights leave no distance to tell. */
    @Test
    void whatIsNotThereIsLeftOpenInTheTableOfOptima() {
        Matrix w = Generators.gaussian(1, 256, 5);
        Table points = Tables.optimum(Formats.parse("iq2_s").quantize(w), w, 1);
        assertThat(points.column("values").isMissing(0)).isTrue();
        float[] twice = w.values().clone();
        twice[1] = twice[0];
        twice[3] = twice[2];
        Matrix equal = Matrix.of("equal", 1, 256, twice);
        Table few = Tables.optimum(Formats.parse("nvfp4").quantize(equal), equal, 2);
        assertThat(few.doubleColumn("best code book (dB)").isMissing(0)).isTrue();
        assertThat(few.doubleColumn("gap (dB)").isMissing(0)).isTrue();
        assertThat(few.doubleColumn("gap (dB)").get(1)).isPositive();
    }

    @Test
    void everyChartIsSmallAndHasAPictureAndNamesOnItsAxes() throws Exception {
        for (Chart chart : List.of(
                Charts.numberLine("nf4:b64", W),
                Charts.numberLine("int8:row", W),
                Charts.spacing("int4:sym:g32", "fp8:e5m2:row", "nf4:b64"),
                Charts.bitFields(Minifloat.BF16, 1e-3f),
                Charts.clipping(W, 4),
                Charts.block(Formats.parse("q4_k").quantize(W), 1, W),
                Charts.bitBudget(W, "q4_k", "int4:asym:g32"),
                Charts.rate(W, "int4:sym:g32", "nf4:b64"),
                Charts.search("q6_k", W, 0, 0))) {
            assertThat(ImageIO.read(new ByteArrayInputStream(chart.png())).getWidth())
                    .isEqualTo(810);
            assertThat(chart.plotly().toString().length()).as(chart.title()).isLessThan(40_000);
            assertThat(chart.x().title() + chart.y().title()).isNotBlank();
        }
    }
}
