package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.format.minifloat.Minifloat;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** The charts and tables that explain floats, grids and code books. */
class LessonChartsTest {
    private static final Matrix W = Generators.gaussian(4, 256, 3, 0.02).named("w");

    private static String cell(Table table, String type, String column) {
        int row = table.stringColumn(0).indexOf(type);
        return table.column(column).getString(row);
    }

    @Test
    void theTableOfTypesSaysWhatMlDtypesDoes() {
        // finfo of ml_dtypes 0.6.0; NaN counted in its tables of all codes
        Table table = Tables.minifloats();
        assertThat(cell(table, "e4m3fn", "largest")).isEqualTo("448");
        assertThat(cell(table, "e4m3fn", "no numbers")).isEqualTo("2 NaN");
        assertThat(cell(table, "e4m3fnuz", "largest")).isEqualTo("240");
        assertThat(cell(table, "e4m3fnuz", "no numbers")).isEqualTo("1 NaN");
        assertThat(cell(table, "e4m3", "no numbers")).isEqualTo("±∞, 14 NaN");
        assertThat(cell(table, "e5m2", "no numbers")).isEqualTo("±∞, 6 NaN");
        assertThat(cell(table, "e8m0fnu", "no numbers")).isEqualTo("1 NaN");
        assertThat(cell(table, "e2m1fn", "no numbers")).isEqualTo("none");
        assertThat(cell(table, "e2m1fn", "doublings")).isEqualTo("3"); // 0.5, 1, 2, 4
        assertThat(cell(table, "fp16", "doublings")).isEqualTo("39"); // 2^-24 to 2^15
        assertThat(Tables.minifloats(Minifloat.E2M1).rowCount()).isEqualTo(1);
    }

    @Test
    void roundingSaysTheBitsAndTheWay() {
        Table table = Tables.rounding(Minifloat.E2M1, 2.5f, 3.5f, 3, 7);
        assertThat(table.stringColumn("sign exponent mantissa").asList()).startsWith("0 10 0", "0 11 0", "0 10 1");
        assertThat(table.stringColumn("becomes").asList()).containsExactly("2", "4", "3", "6");
        assertThat(table.stringColumn("rounding").asList())
                .containsExactly(
                        "a tie, to the even mantissa: toward zero",
                        "a tie, to the even mantissa: away from zero",
                        "exact",
                        "too large");
        assertThat(table.doubleColumn("error (%)").asDoubleArray()[0]).isCloseTo(20, within(1e-9));
    }

    @Test
    void numbersBecomeWhatMlDtypesMakesOfThem() {
        Table table = Tables.encoded(new float[] {464, 465, 61440}, Minifloat.E4M3FN, Minifloat.E4M3, Minifloat.E5M2);
        assertThat(table.stringColumn("e4m3fn").asList()).containsExactly("448", "NaN", "NaN");
        assertThat(table.stringColumn("e4m3").asList()).containsExactly("∞", "∞", "∞");
        assertThat(table.stringColumn("e5m2").asList()).containsExactly("448", "448", "∞");
    }

    @Test
    void aGridIsThatOfItsRule() {
        // absmax 0.75: over 7 (AWQ), over 7.5 (GPTQ), and with its sign over -8 (llama.cpp)
        float[] x = new float[32];
        x[3] = 0.75f;
        x[4] = -0.1f;
        Matrix w = Matrix.of("block", 1, 32, x);
        Table table = Tables.grids(w, 0, "int4:awq:sym:g32:f32", "int4:gptq:g32:f32", "q4_0");
        assertThat(table.doubleColumn("scale").asDoubleArray())
                .usingComparatorWithPrecision(1e-7)
                .containsExactly(0.75 / 7, 0.1, -0.75 / 8);
        assertThat(table.doubleColumn("to").asDoubleArray())
                .usingComparatorWithPrecision(1e-6)
                .containsExactly(0.75, 0.7, 0.75);
        assertThat(table.intColumn("codes used").asList()).containsExactly(3, 3, 3);
        assertThat(table.intColumn("clipped").asList()).containsExactly(0, 0, 0);
        assertThatThrownBy(() -> Tables.grids(w, 0, "fp16")).hasMessageContaining("fp16");
    }

    @Test
    void aWeightBeyondTheGridIsClipped() {
        // GPTQ's scale of a group without negative weights is absmax / 15, and its codes end at 7
        Matrix w = Matrix.of("block", 1, 4, new float[] {0.1f, 0.5f, 1, 0.9f});
        Table table = Tables.grids(w, 0, "int4:gptq:row:f32");
        assertThat(table.doubleColumn("to").get(0)).isCloseTo(7 / 15.0, within(1e-6));
        assertThat(table.intColumn("clipped").get(0)).isEqualTo(2); // 0.5 is half a step beyond at most
    }

    @Test
    void differencesAreCountedAndExplained() {
        Table table = Tables.differences(W, "int4:ct:g32:f32", "int4:ct:g32:f32", "int4:awq:sym:g32:f32");
        assertThat(table.longColumn("codes that differ").get(0)).isZero();
        assertThat(table.stringColumn("why").get(0)).isEmpty();
        assertThat(table.longColumn("codes that differ").get(1)).isPositive();
        assertThat(table.stringColumn("why").get(1)).contains("range").doesNotContain("same code");
    }

    @Test
    void levelsAreThoseOfTheFormat() {
        Chart chart = Charts.levels("fp4:g32", "nf4:b64");
        assertThat(chart.y().categories()).containsExactly("nf4:b64", "fp4:g32"); // the first one on top
        assertThat(Arrays.stream(chart.series().get(0).x()).map(v -> v * 6))
                .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-5 ? 0 : 1)
                .containsExactly(-6.0, -4.0, -3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0);
        assertThat(chart.series().get(1).x()).hasSize(16).contains(-1, 0, 1);
        assertThatThrownBy(() -> Charts.levels("fp16")).hasMessageContaining("fp16");
    }

    @Test
    void lloydsLevelsSettleInOrder() {
        Chart chart = Charts.lloyd("kmeans:n2:tensor", W);
        assertThat(chart.series()).hasSize(4);
        for (int round = 0; round < chart.series().getFirst().x().length; round++) {
            int r = round;
            double[] levels = chart.series().stream().mapToDouble(s -> s.y()[r]).toArray();
            assertThat(levels).isSorted();
        }
        assertThatThrownBy(() -> Charts.lloyd("nf4", W)).hasMessageContaining("kmeans");
    }

    @Test
    void sharesOfCodesAddUp() {
        Chart chart = Charts.codeShares(W, "nf4:b64", "int4:sym:g64");
        for (Series series : chart.series()) {
            assertThat(Arrays.stream(series.y()).sum()).isCloseTo(100, within(1e-9));
        }
        // two values, each half of the time: one bit
        Matrix coin = Matrix.of("coin", 1, 4, new float[] {1, -1, -1, 1});
        Table table = Tables.entropy(coin, "int4:sym:row");
        assertThat(table.doubleColumn("entropy (bits)").get(0)).isEqualTo(1);
        assertThat(table.intColumn("codes used").get(0)).isEqualTo(2);
        assertThat(table.doubleColumn("bits per code").get(0)).isEqualTo(4);
        assertThatThrownBy(() -> Charts.codeShares(W, "fp16")).hasMessageContaining("eight bits");
    }

    @Test
    void searchesShowWhatTheyTriedAndTook() {
        Chart clip = Charts.clipSearch("int4:mse:g32", W, 2, 40);
        assertThat(clip.title()).contains("row 2, column 32");
        Series tried = clip.series().get(0);
        Series taken = clip.series().get(1);
        assertThat(tried.x()).contains(100);
        assertThat(taken.y()[0])
                .isEqualTo(Arrays.stream(tried.y()).min().getAsDouble())
                .isLessThanOrEqualTo(100);
        assertThatThrownBy(() -> Charts.clipSearch("int4:g32", W, 0, 0)).hasMessageContaining("mse");
        Chart hqq = Charts.hqq("int4:hqq:g64", W, 1, 70);
        assertThat(hqq.title()).contains("row 1, column 64");
        assertThat(hqq.series().get(1).x()).startsWith(0, 1);
        assertThatThrownBy(() -> Charts.hqq("int4:g32", W, 0, 0)).hasMessageContaining("hqq");
    }

    @Test
    void pointsOfOneColourHaveDifferentMarks() {
        List<SeriesStyle> styles = Charts.errorAgainstBits(W, "fp8:e4m3", "fp8:e5m2", "fp8:e3m4").series().stream()
                .map(Series::style)
                .toList();
        assertThat(styles)
                .extracting(SeriesStyle::colour)
                .containsOnly(styles.getFirst().colour());
        assertThat(styles).extracting(SeriesStyle::mark).doesNotHaveDuplicates();
    }
}
