package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The drawings are small enough to be drawn by hand here. */
class ChartTextTest {
    @Test
    void barsAreAsLongAsTheirValues() {
        var chart = new Chart(
                "Sizes",
                Axis.categories("", List.of("a", "bb")),
                Axis.of("size", "MB"),
                List.of(Series.bars("", new double[] {0, 1}, new double[] {2, 1})));

        // 30 characters: 2 for names, 1 for values, 2 gaps; 25 are left for the longest bar.
        assertThat(ChartText.of(chart, 30))
                .contains(String.join(
                        "\n", "Sizes", "a  " + "█".repeat(25) + " 2", "bb " + "█".repeat(12) + "▌ 1", "   size (MB)"));
    }

    @Test
    void aHistogramHasItsBinsWhereTheyLie() {
        var chart = new Chart(
                "Errors",
                Axis.of("error"),
                Axis.of("weights"),
                List.of(Series.steps("", new double[] {0, 10, 20, 40}, new double[] {8, 4, 1, 0})));

        String text = ChartText.of(chart, 40).orElseThrow();

        List<String> lines = text.lines().toList();
        assertThat(lines.subList(1, 9))
                .containsExactly(
                        "█".repeat(10),
                        "█".repeat(10),
                        "█".repeat(10),
                        "█".repeat(10),
                        "█".repeat(20),
                        "█".repeat(20),
                        "█".repeat(20),
                        "█".repeat(40));
        assertThat(lines.get(10))
                .startsWith("0 ")
                .endsWith(" 40")
                .contains("error")
                .hasSize(40);
        assertThat(lines.getLast()).isEqualTo("up: weights");
    }

    @Test
    void marksLieOnTheirNumberLines() {
        var chart = new Chart(
                "Grid",
                Axis.of("value"),
                Axis.categories("", List.of("low", "high")),
                List.of(
                        Series.points("grid", new double[] {0, 5, 10}, new double[] {0, 0, 0})
                                .labelled(List.of("0", "1", "2")),
                        Series.points("weight", new double[] {10}, new double[] {1})));

        // 26 characters are left of 31: positions 0, 12.5 and 25.
        assertThat(ChartText.of(chart, 31))
                .contains(String.join(
                        "\n",
                        "Grid",
                        "high " + "─".repeat(25) + "●",
                        "low  │" + "─".repeat(12) + "│" + "─".repeat(11) + "│",
                        "     0" + " ".repeat(12) + "1" + " ".repeat(11) + "2",
                        "     0" + " ".repeat(9) + "value" + " ".repeat(9) + "10",
                        "│ grid   ● weight"));
    }

    @Test
    void whatDoesNotReadWellIsLeftToThePicture() {
        var lines = new Chart(
                "Lines", Axis.of("x"), Axis.of("y"), List.of(Series.line("", new double[] {0, 1}, new double[] {0, 1
                })));
        var downwards = new Chart(
                "Down",
                Axis.categories("", List.of("a")),
                Axis.of("y"),
                List.of(Series.bars("", new double[] {0}, new double[] {-1})));

        assertThat(ChartText.of(lines, 80)).isEmpty();
        assertThat(ChartText.of(downwards, 80)).isEmpty();
        assertThat(ChartText.of(lines, 10)).isEmpty();
    }
}
