package dev.nibble.kernel.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.compare.ComparisonResult;
import dev.nibble.compare.ComparisonRow;
import dev.nibble.compare.DataSource;
import dev.nibble.compare.Manifest;
import dev.nibble.compare.Report;
import dev.nibble.compare.Sizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonPageTest {
    private static final String HASH = "0123456789abcdef".repeat(4);
    private static final String NASTY = "a|b </script><b>\"_x_\"&amp;";

    @TempDir
    private Path folder;

    private static ComparisonRow row(String recipe, double kl, List<Double> layers) {
        return new ComparisonRow(
                recipe,
                new Sizes(3_000_000, 2_000_000, kl > 0.1 ? 500_000 : 1_000_000, 1_500_000, 0),
                12.5 + kl,
                0.25,
                kl,
                0.01,
                kl,
                0.002,
                3 * kl,
                1 - kl,
                0.01,
                100 * kl,
                0.5,
                2.75,
                Map.of("some questions", 0.5),
                Map.of("some questions", 0.1),
                1,
                0,
                kl == 0 ? Double.NaN : 1,
                layers,
                1.5);
    }

    private static Report report() {
        ComparisonResult result = new ComparisonResult(
                NASTY,
                HASH,
                "a text",
                HASH,
                "gptq: windows of 24 tokens",
                184,
                25,
                "The weights in this file were quantized before (Q4_1).",
                List.of(),
                List.of(
                        row(ComparisonRow.AS_STORED, 0, List.of()),
                        row("int8", 0.001, List.of(0.01, 0.02)),
                        row("int2:g32", 0.4, List.of(0.5, 0.75))));
        Manifest manifest = new Manifest(
                Manifest.version(),
                "2026-01-02T03:04:05Z",
                new Manifest.Machine("25", "an OS", "a CPU", 2, 2, "scalar kernels"),
                NASTY,
                HASH,
                List.of(new DataSource(DataSource.TEXT, "book.txt", HASH, false)),
                "gptq:24",
                24,
                24,
                8,
                184,
                25,
                "tokenizer",
                "cloze, 0 shots",
                Map.of("bootstrap", 1234L),
                List.of("int8", "int2:g32"),
                false);
        return new Report(manifest, result);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("page.html"), text);
    }

    @Test
    void whatIsReadIsWhatWasWrittenAndThePageSaysIt() throws IOException {
        Report report = report();
        Path file = folder.resolve("report.html");
        ComparisonPage.write(report, file);
        ComparisonPage.Read read = ComparisonPage.read(file);
        assertThat(read.report()).isEqualTo(report);
        assertThat(read.sameVersion()).isTrue();
        assertThat(read.changed()).isEmpty();

        Document page = Jsoup.parse(Files.readString(file));
        assertThat(page.title()).isEqualTo("What formats do to " + NASTY);
        assertThat(page.select("h1").text()).isEqualTo("What formats do to " + NASTY);
        assertThat(page.select("main b")).as("names are text").isEmpty();
        assertThat(page.select(".note").text()).contains("Q4_1");
        assertThat(page.getElementById("verdict").text())
                .isEqualTo(report.result().verdict());
        assertThat(page.select("#table tbody tr")).hasSize(3);
        assertThat(page.select("#layers tbody tr").eachText()).containsExactly("0 1.0 50.0", "1 2.0 75.0");
        assertThat(page.select("table.exact").text()).contains("0.001", "not a number");
        assertThat(page.select("table.facts").text()).contains("book.txt", HASH, "24 and 24 tokens", "bootstrap=1234");
        assertThat(page.select("figure script.plotly")).hasSize(1);
    }

    @Test
    void jsonAloneIsReadToo() throws IOException {
        ComparisonPage.Read read = ComparisonPage.read(file(report().json()));
        assertThat(read.report()).isEqualTo(report());
        assertThat(read.sameVersion()).isFalse();
    }

    @Test
    void aPageThatShowsSomethingElseThanItCarriesIsFound() throws IOException {
        String page = ComparisonPage.text(report());
        for (String[] change : new String[][] {
            {"No smaller than the weights", "Smaller than the weights", "verdict"},
            {"+0.4000 ± 0.0100", "+0.1000 ± 0.0100", "table"},
            {">75.0<", ">5.0<", "layers"},
            {"id=\"table\"", "id=\"tables\"", "table"},
        }) {
            assertThat(page).contains(change[0]);
            assertThat(ComparisonPage.read(file(page.replace(change[0], change[1])))
                            .changed())
                    .as(change[0])
                    .containsExactly(change[2]);
        }
    }

    @Test
    void whatIsNoReportIsRefused() {
        String page = ComparisonPage.text(report());
        String element = "<script type=\"application/json\" id=\"nibble-report\">";
        assertThatThrownBy(() -> ComparisonPage.read(file("<p>hello"))).hasMessageContaining("no report");
        assertThatThrownBy(() -> ComparisonPage.read(file(page + element + "{}</script>")))
                .hasMessageContaining("2 reports");
        assertThatThrownBy(() -> ComparisonPage.read(file(element + "{}</script></html>")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("page.html")
                .hasMessageContaining("no report");
        assertThatThrownBy(() -> ComparisonPage.read(file(page.substring(0, page.lastIndexOf("</html>")))))
                .hasMessageContaining("was cut off");
        assertThatThrownBy(() -> ComparisonPage.read(file(element + "[1, 2"))).hasMessageContaining("page.html");
        assertThatThrownBy(() -> ComparisonPage.read(file(""))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ComparisonPage.read(folder.resolve("none.html")))
                .isInstanceOf(IOException.class);
    }

    @Test
    void markdownIsOneTableForItsReaders() {
        ComparisonResult result = report().result();
        var extensions = List.of(TablesExtension.create());
        Document page = Jsoup.parse(HtmlRenderer.builder()
                .extensions(extensions)
                .build()
                .render(Parser.builder().extensions(extensions).build().parse(result.markdown())));
        assertThat(page.select("table")).hasSize(1);
        assertThat(page.select("thead th")).hasSize(13);
        assertThat(page.select("tbody tr")).hasSize(3);
        assertThat(page.select("tbody tr").get(2).select("td").eachText())
                .containsExactly(
                        "int2:g32",
                        "2.667",
                        "0.50",
                        "3.00",
                        "12.900 ± 0.250",
                        "+0.4000 ± 0.0100",
                        "0.4000 ± 0.0020",
                        "1.2000",
                        "60.0 ± 1.0",
                        "40.00 ± 0.50",
                        "50.0 ± 10.0",
                        "1/0",
                        "1.5");
        assertThat(page.text()).contains(NASTY, result.note(), result.verdict());
        assertThat(page.select("i, em, script")).isEmpty();
    }
}
