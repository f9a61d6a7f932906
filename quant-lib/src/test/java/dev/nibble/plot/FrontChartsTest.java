package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.format.Formats;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class FrontChartsTest {
    private static Table errors() {
        return Table.create(
                "errors",
                StringColumn.create(Tables.RECIPE, List.of("q4_0", "int4", "nf4:b64", "mxfp4", "bf16", "ternary")),
                DoubleColumn.create(Tables.BITS, new double[] {4.5, 4, 4.5, 4.25, 16, 2}),
                DoubleColumn.create(Tables.SQNR, new double[] {20, 17, 21, 16, Double.POSITIVE_INFINITY, 17}));
    }

    @Test
    void theFrontLeavesOutWhatASmallerFormatBeatsOrEquals() {
        assertThat(Tables.front(errors()).stringColumn(Tables.RECIPE).asList())
                .containsExactly("ternary", "nf4:b64", "bf16");
    }

    @Test
    void eachFormatIsDrawnInItsFamilyAndExactOnesAreLeftOut() {
        Chart chart = Charts.families(errors());
        assertThat(chart.series().stream().map(Series::name))
                .containsExactly(
                        "bound (Gaussian)",
                        "best for its bits",
                        "GGUF blocks",
                        "integers",
                        "code books",
                        "microscaling",
                        "binary, ternary");
        assertThat(chart.series().get(3).y()).containsExactly(17);
    }

    @Test
    void theDistanceToTheBoundIsTheRatioLessSixDecibelsABit() {
        Chart chart = Charts.fromBound(errors());
        Series books = chart.series().stream()
                .filter(s -> s.name().equals("code books"))
                .findFirst()
                .orElseThrow();
        assertThat(books.y()[0]).isCloseTo(21 - 4.5 * 6.0206, within(1e-4));
        assertThat(chart.png()).isNotEmpty();
    }

    @Test
    void everyFormatHasAFamily() {
        assertThat(Formats.all().stream().map(e -> FrontCharts.family(e.name())).distinct())
                .containsExactlyInAnyOrder(
                        "integers", "binary, ternary", "code books", "GGUF blocks", "floats", "microscaling");
        assertThat(FrontCharts.family("nvfp4:ggml")).isEqualTo("microscaling");
        assertThat(FrontCharts.family("iq4_xs")).isEqualTo("GGUF blocks");
    }

    /** One-bit codes of symmetric weights are worth one bit each; the scale of 16 bits per 64 weights stays. */
    @Test
    void theRateTableCountsEntropyInsteadOfCodeBits() {
        Matrix w = Generators.gaussian(64, 1024, 3);
        Table rate = Tables.rate(w, "binary:g64", "int4:sym:g64");
        assertThat(rate.doubleColumn("bits with an entropy code").get(0)).isCloseTo(1.25, within(1e-3));
        double stored = rate.doubleColumn(Tables.BITS).get(1);
        assertThat(rate.doubleColumn("bits with an entropy code").get(1)).isBetween(3.0, stored);
        assertThat(rate.doubleColumn("below the bound (dB)").get(1))
                .isCloseTo(6.0206 * stored - rate.doubleColumn(Tables.SQNR).get(1), within(1e-3));
        assertThat(rate.doubleColumn("below the bound (dB)").get(1)).isPositive(); // Shannon
    }
}
