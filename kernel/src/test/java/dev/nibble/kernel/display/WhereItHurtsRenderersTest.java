package dev.nibble.kernel.display;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.compare.ErrorGrowth;
import dev.nibble.compare.Recall;
import dev.nibble.compare.SensitivityResult;
import dev.nibble.compare.SensitivityRow;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WhereItHurtsRenderersTest {
    private static final String NOTE = "quantized before <Q4_1>";

    private static SensitivityRow row(int layer, String kind, double kl) {
        return new SensitivityRow("blk." + layer + "." + kind, layer, kind, 64, kl, kl / 10, kl / 2, kl / 20, 1);
    }

    private static SensitivityResult result(int linears, SensitivityRow... rows) {
        return new SensitivityResult(
                "m<1>",
                "h",
                "int3:g32",
                "text",
                "d",
                "windows of 64 & more",
                504,
                NOTE,
                linears,
                Optional.of(row(-1, "all", 0.5)),
                List.of(rows));
    }

    private static String html(Object value) {
        return Displays.render(value, RenderOptions.DEFAULT)
                .data()
                .get("text/html")
                .toString();
    }

    private static String text(Object value) {
        return Displays.render(value, RenderOptions.DEFAULT)
                .data()
                .get("text/plain")
                .toString();
    }

    @Test
    void theHeatMapIsDarkestWhereItHurtsMostAndSaysEveryNumber() {
        SensitivityResult result =
                result(4, row(0, "q", 1), row(0, "down", 0.001), row(1, "q", 0), row(1, "down", 0.0316227766));
        String html = html(result);
        assertThat(html)
                .contains(
                        "m&lt;1&gt;", "windows of 64 &amp; more", "504 tokens scored", "quantized before &lt;Q4_1&gt;")
                .doesNotContain("<script");
        // three decades from the largest to no colour, by the logarithm
        assertThat(html)
                .containsPattern("rgba\\(213,94,0,0\\.60\\)\">1000\\.000<")
                .containsPattern("rgba\\(213,94,0,0\\.00\\)\">1\\.000<")
                .containsPattern("rgba\\(213,94,0,0\\.00\\)\">0\\.000<")
                .containsPattern("rgba\\(213,94,0,0\\.30\\)\">31\\.623<");
        assertThat(html).contains("title=\"blk.0.q: KL 1.000000 ± 0.100000, ln PPL ratio +0.500000 ± 0.050000\"");
        assertThat(text(result)).contains("1000.000", "31.623", NOTE, "It hurts most in blk.0.q");
    }

    @Test
    void aRunThatIsNotDoneSaysHowFarItIs() {
        assertThat(html(result(9, row(0, "q", 1)))).contains("1 of 9 linears done");
        assertThat(html(result(2))).contains("0 of 2 linears done");
    }

    @Test
    void growthIsATableWithItsSentenceAndItsNote() {
        ErrorGrowth growth = new ErrorGrowth(
                "m",
                "int3:g32",
                Optional.of(1),
                1234,
                NOTE,
                List.of(new ErrorGrowth.Step(0, 0, 0), new ErrorGrowth.Step(1, 0.125, 0.75)));
        assertThat(html(growth))
                .contains("<table", "behind layer", "0.125", "0.75", "layer 1 in int3:g32", "1,234 positions")
                .contains("quantized before &lt;Q4_1&gt;");
        assertThat(text(growth)).contains("0.125", "0.75", NOTE);
    }

    @Test
    void recallIsATableThatSaysWhatWasMeasured() {
        Recall recall =
                new Recall("a & b", "other", 16, List.of(new Recall.Point(64, 0.75, 0.02, 0.5, 0.03, -0.25, 0.04)));
        assertThat(html(recall))
                .contains("a &amp; b", "last 4 tokens of a phrase of 8", "16 samples", "-0.250 ± 0.040 at 64 tokens");
        assertThat(text(recall)).contains("0.75", "-0.250 ± 0.040 at 64 tokens");
    }
}
