package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.compare.ErrorGrowth;
import dev.nibble.compare.ErrorGrowth.Step;
import dev.nibble.compare.Recall;
import dev.nibble.compare.Recall.Point;
import dev.nibble.compare.SensitivityResult;
import dev.nibble.compare.SensitivityRow;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class WhereItHurtsTest {
    private static ErrorGrowth growth(String recipe, Optional<Integer> only, double... means) {
        List<Step> steps = IntStream.range(0, means.length)
                .mapToObj(i -> new Step(i, means[i], 3 * means[i]))
                .toList();
        return new ErrorGrowth("m", recipe, only, 100, "", steps);
    }

    private static Recall recall(String recipe, double second) {
        return new Recall(
                "m",
                "m in " + recipe,
                16,
                List.of(
                        new Point(16, 0.9, 0.02, second, 0.05, second - 0.9, 0.04),
                        new Point(256, 0.8, 0.03, second / 2, 0.06, second / 2 - 0.8, 0.05)));
    }

    private static List<String> names(Chart chart) {
        return chart.series().stream()
                .map(Series::name)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    @Test
    void anErrorThatBeginsInTheMiddleIsDrawnFromThereOn() {
        Chart chart = Charts.errorGrowth(
                growth("int3:g32", Optional.empty(), 0.1, 0.2, 0.3), growth("int3:g32", Optional.of(1), 0, 0.05, 0.06));
        assertThat(names(chart)).containsExactly("int3:g32", "int3:g32 in layer 1 alone");
        assertThat(chart.title()).contains("dotted: largest");
        assertThat(chart.y().log()).isTrue();
        assertThat(chart.series().get(1).y()).containsExactly(3 * 0.1, 3 * 0.2, 3 * 0.3);
        assertThat(chart.series().get(2).x()).containsExactly(1, 2);
        assertThat(chart.series().get(2).style().colour())
                .as("two lines of one recipe are told apart")
                .isNotEqualTo(chart.series().get(0).style().colour());
        assertThat(chart.png()).isNotEmpty();
        JsonNode plotly = chart.plotly().path("data");
        assertThat(plotly).hasSize(4);
        assertThat(plotly.path(3).path("line").path("dash").asText()).isEqualTo("dot");
    }

    @Test
    void manyGrowthsAreDrawnByTheirMeans() {
        ErrorGrowth[] layers = IntStream.range(0, 12)
                .mapToObj(layer -> growth("int3", Optional.of(layer), 0.1, 0.2))
                .toArray(ErrorGrowth[]::new);
        assertThat(names(Charts.errorGrowth(layers))).hasSize(12).contains("int3 in layer 11 alone");
    }

    @Test
    void noErrorAndTheErrorOfTheLastLayerCanBeDrawnToo() {
        assertThat(Charts.errorGrowth(growth("fp32", Optional.empty(), 0, 0)).png())
                .isNotEmpty();
        Chart last = Charts.errorGrowth(growth("int3", Optional.of(1), 0, 0.25));
        assertThat(last.series().getFirst().kind())
                .as("a line of one point could not be seen")
                .isEqualTo(Series.Kind.POINTS);
        assertThat(last.png()).isNotEmpty();
        assertThatThrownBy(Charts::errorGrowth).hasMessageContaining("at least one");
        ErrorGrowth one = growth("int3", Optional.empty(), 1);
        assertThatThrownBy(() -> Charts.errorGrowth(one, one)).hasMessageContaining("int3 comes twice");
    }

    @Test
    void theTableOfGrowthsHasARowForEachLayer() {
        Table one = Tables.errorGrowth(growth("int3", Optional.empty(), 0.1, 0.2));
        assertThat(one.name()).contains("m", "int3");
        assertThat(one.columnNames()).containsExactly("behind layer", "mean", "largest");
        assertThat(one.intColumn("behind layer").asList()).containsExactly(0, 1);
        assertThat(one.doubleColumn("largest").asDoubleArray()).containsExactly(3 * 0.1, 3 * 0.2);
        Table two = Tables.errorGrowth(
                growth("int3", Optional.empty(), 0.1, 0.2, 0.3), growth("int4", Optional.empty(), 0.01, 0.02));
        assertThat(two.columnNames())
                .containsExactly("behind layer", "int3 mean", "int3 largest", "int4 mean", "int4 largest");
        assertThat(two.doubleColumn("int4 mean").isMissing(2)).isTrue();
    }

    @Test
    void recallIsDrawnWithAStandardErrorUpAndDown() {
        Chart chart = Charts.recall(recall("int3:g32", 0.5), recall("int2:g32", 0.1));
        assertThat(names(chart)).containsExactly("m", "int3:g32", "int2:g32");
        Series bars = chart.series().get(5);
        double[] y = bars.y();
        assertThat(bars.x()).containsExactly(16, 16, 16, 256, 256, 256);
        assertThat(y[0]).isCloseTo(0.45, within(1e-12));
        assertThat(y[1]).isCloseTo(0.55, within(1e-12));
        assertThat(y[2]).isNaN();
        assertThat(chart.png()).isNotEmpty();
        Table table = Tables.recall(recall("int3:g32", 0.5), recall("int2:g32", 0.1));
        assertThat(table.rowCount()).isEqualTo(4);
        assertThat(table.stringColumn("model").asList()).contains("m in int3:g32", "m in int2:g32");
        assertThat(table.doubleColumn("change").get(0)).isEqualTo(0.5 - 0.9);
        assertThat(table.doubleColumn("p of m").asDoubleArray()).containsExactly(0.9, 0.8, 0.9, 0.8);
    }

    @Test
    void recallsOfOtherSamplesAreNotDrawnTogether() {
        Recall other = new Recall("m", "m in int4", 16, List.of(new Point(16, 0.7, 0.02, 0.6, 0.05, -0.1, 0.04)));
        assertThatThrownBy(() -> Charts.recall(recall("int3", 0.5), other)).hasMessageContaining("m in int4");
        assertThatThrownBy(() -> Tables.recall(recall("int3", 0.5), other)).hasMessageContaining("other samples");
        assertThatThrownBy(Tables::recall).hasMessageContaining("at least one");
    }

    @Test
    void sensitivityHasAPlaceForEachLinearAndARowForAll() {
        SensitivityRow q0 = new SensitivityRow("blk.0.attn_q.weight", 0, "attn_q", 64, 0.002, 0.0001, 0.001, 0.002, 1);
        SensitivityRow q1 = new SensitivityRow("blk.1.attn_q.weight", 1, "attn_q", 64, 0, 0, 0, 0, 1);
        SensitivityRow down = new SensitivityRow("blk.1.down.weight", 1, "down", 64, 0.03, 0.001, 0.02, 0.01, 1);
        SensitivityRow all = new SensitivityRow(SensitivityRow.ALL, -1, "all", 192, 0.05, 0.002, 0.04, 0.01, 1);
        SensitivityResult result = new SensitivityResult(
                "m", "h", "int3", "text", "d", "windows", 100, "", 3, Optional.of(all), List.of(q0, q1, down));
        Table map = Tables.sensitivityMap(result);
        assertThat(map.columnNames()).containsExactly("layer", "attn_q", "down");
        assertThat(map.stringColumn("attn_q").asList()).containsExactly("2.000", "0.000");
        assertThat(map.stringColumn("down").asList()).as("layer 0 has none").containsExactly("", "30.000");
        Table table = Tables.sensitivity(result);
        assertThat(table.stringColumn("tensor").asList()).endsWith("all").hasSize(4);
        assertThat(table.doubleColumn("KL (nats)").asDoubleArray()).containsExactly(0.002, 0, 0.03, 0.05);
        Chart chart = Charts.sensitivity(result);
        assertThat(names(chart)).containsExactly("attn_q", "down");
        assertThat(chart.series().getFirst().x()).as("zero has no place").containsExactly(0);
        SensitivityRow v = new SensitivityRow("blk.0.attn_v.weight", 0, "attn_v", 64, 0.002, 0.0001, 0.001, 0.002, 1);
        SensitivityRow gate = new SensitivityRow("blk.0.ffn_gate", 0, "ffn_gate", 64, 0.002, 0.0001, 0.001, 0.002, 1);
        SensitivityResult two = new SensitivityResult(
                "m", "h", "int3", "text", "d", "windows", 100, "", 2, Optional.of(all), List.of(v, gate));
        assertThat(Charts.sensitivity(two).series().stream().map(s -> s.style().colour()))
                .as("kinds whose names ask for one colour")
                .doesNotHaveDuplicates();
        assertThat(chart.png()).isNotEmpty();
    }
}
