package dev.nibble.kernel.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.display.Displays;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import dev.nibble.kernel.notebook.NotebookDocument.Kind;
import dev.nibble.plot.Charts;
import dev.nibble.tensor.Generators;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HtmlReportTest {
    @TempDir
    private Path folder;

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static Cell markdown(String text) {
        return new Cell(Kind.MARKDOWN, "m" + text.hashCode(), text, object(), object(), null, List.of());
    }

    private static Cell code(String source, ObjectNode... outputs) {
        return new Cell(Kind.CODE, "c" + source.hashCode(), source, object(), object(), 1, List.of(outputs));
    }

    private static ObjectNode shown(Object value, boolean png) {
        var bundle = Displays.render(value, RenderOptions.DEFAULT.withPng(png));
        ObjectNode output = object().put("output_type", "display_data");
        output.set("data", new ObjectMapper().valueToTree(bundle.data()));
        return output;
    }

    private String page(Cell... cells) {
        return HtmlReport.text(new NotebookDocument(object(), List.of(cells)), folder, "untitled");
    }

    private Document parsed(Cell... cells) {
        return Jsoup.parse(page(cells));
    }

    @Test
    void markdownTablesLinksAndCodeAreRendered() {
        Document page = parsed(markdown("# Title\n\n| a | b |\n|--|--:|\n| 1 | `x` |\n\n[link](https://example.org)"));
        assertThat(page.title()).isEqualTo("Title");
        assertThat(page.select("section.text th").eachText()).containsExactly("a", "b");
        assertThat(page.selectFirst("section.text a").attr("href")).isEqualTo("https://example.org");
    }

    @Test
    void formulasKeepTheirUnderscoresAndAmountsTheirDollars() {
        Document page = parsed(
                markdown(
                        "costs $5 or $6, `$code$`, $a_1 * b_2 * c$ and\n\n$$\\sum_i x_i < 3$$\n\n```\n$no$\n```\n\\begin{align}x&=1\\end{align}"));
        assertThat(page.select("span.formula").eachText())
                .containsExactly("a_1 * b_2 * c", "\\sum_i x_i < 3", "\\begin{align}x&=1\\end{align}");
        assertThat(page.select("span.formula.block")).hasSize(2);
        assertThat(page.select("code").eachText()).contains("$code$", "$no$");
        assertThat(page.select("section.text p").first().text()).startsWith("costs $5 or $6,");
        assertThat(page.select("#packed-katex")).hasSize(1);
        assertThat(page.html()).contains("font/woff2;base64,").doesNotContain("url(fonts/");
    }

    @Test
    void htmlInMarkdownCannotRunOrLoadAnything() {
        Document page = parsed(markdown("<script>alert(1)</script><img src=x onerror=alert(1)>"
                + "<iframe src='https://example.org'></iframe><a href='javascript:alert(1)'>a</a>"
                + "<details><summary>More</summary>text</details><b onclick='x()'>bold</b>"));
        var text = page.selectFirst("section.text");
        assertThat(text.select("script, iframe, [onerror], [onclick], img")).isEmpty();
        assertThat(text.html()).doesNotContain("javascript:");
        assertThat(text.select("details summary").text()).isEqualTo("More");
    }

    @Test
    void picturesBesideTheNotebookAreInsideAndOthersAreNamed() throws IOException {
        Files.write(folder.resolve("a b.png"), new byte[] {1, 2, 3});
        Path outside = Files.write(folder.resolveSibling("secret-" + folder.getFileName() + ".png"), new byte[] {4});
        ObjectNode attachments = object();
        attachments.putObject("pasted.png").put("image/png", "QUJD");
        Cell cell = new Cell(
                Kind.MARKDOWN,
                "m",
                "![one](a%20b.png) ![two](attachment:pasted.png) ![three](https://example.org/x.png) ![four](../"
                        + outside.getFileName() + ") ![five](absent.png)",
                object(),
                attachments,
                null,
                List.of());
        Document page = parsed(cell);
        Files.delete(outside);
        assertThat(page.select("section.text img").eachAttr("src"))
                .containsExactly("data:image/png;base64,AQID", "data:image/png;base64,QUJD");
        assertThat(page.selectFirst("section.text").text())
                .contains("[picture: three]", "[picture: four]", "[picture: five]");
    }

    @Test
    void nothingOnThePageIsLoadedFromElsewhere() {
        var chart = Charts.errors(Generators.gaussian(16, 64, 1), "int4:g32");
        Document page = parsed(markdown("$x$ ![a](http://example.org/a.png)"), code("chart", shown(chart, true)));
        assertThat(page.select("[src]").eachAttr("src")).allMatch(src -> src.startsWith("data:"));
        assertThat(page.select("link, iframe, object, embed, script[src]")).isEmpty();
        String styles = String.join("", page.select("style").eachAttr("outerHtml"))
                + page.select("style").html();
        assertThat(styles).doesNotContainPattern("url\\((?!data:)").doesNotContain("@import");
        assertThat(page.select("meta[http-equiv=Content-Security-Policy]").attr("content"))
                .startsWith("default-src 'none'")
                .contains("connect-src 'none'");
    }

    @Test
    void figuresCarryTheirDataAndTheirPicture() {
        var chart = Charts.errors(Generators.gaussian(16, 64, 1), "int4:g32", "nf4:b64");
        for (boolean png : new boolean[] {true, false}) {
            Document page = parsed(code("chart", shown(chart, png)));
            assertThat(page.selectFirst("figure img").attr("src")).startsWith("data:image/png;base64,iVBOR");
            assertThat(page.selectFirst("figure script.plotly").data()).contains("\"nf4:b64\"");
            assertThat(page.select("#packed-plotly")).hasSize(1);
        }
    }

    @Test
    void aReportStaysBelowSixMegabytesAndOneWithoutFiguresIsSmall() {
        var chart = Charts.originalAgainstQuantized(Generators.gaussian(128, 128, 1), "int4:g32");
        Cell[] cells = Stream.generate(() -> code("chart", shown(chart, true)))
                .limit(8)
                .toArray(Cell[]::new);
        assertThat(page(cells).getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(6_000_000);
        assertThat(page(markdown("text")).getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(20_000);
    }

    @Test
    void streamsErrorsAndLatexAreShown() {
        ObjectNode stream = object().put("output_type", "stream").put("name", "stderr");
        stream.putArray("text").add("\u001b[31mred\u001b[0m ").add("<b>\n");
        ObjectNode error =
                object().put("output_type", "error").put("ename", "E").put("evalue", "v");
        error.putArray("traceback").add("\u001b[1;34mE\u001b[0m: v").add("  at line 2");
        ObjectNode latex = object().put("output_type", "display_data");
        latex.putObject("data").put("text/latex", "$$x^2$$");
        Document page = parsed(code("cell", stream, error, latex));
        assertThat(page.selectFirst("pre.stderr .ansi-fg-red").text()).isEqualTo("red");
        assertThat(page.selectFirst("pre.stderr").text()).contains("<b>");
        assertThat(page.selectFirst("pre.error .ansi-bold.ansi-fg-blue").text()).isEqualTo("E");
        assertThat(page.selectFirst("span.formula.block").text()).isEqualTo("x^2");
    }

    @Test
    void sourceIsMarkedAndNotChanged() {
        String source =
                "@Deprecated int a = 0x1F; // <it> \"is\"\nString s = \"/* no */ \\\" \"; var t = \"\"\"\n int \"\"\";";
        Document page = parsed(code(source));
        assertThat(page.selectFirst("pre.in code").wholeText()).isEqualTo(source);
        assertThat(page.select(".j-comment").eachText()).containsExactly("// <it> \"is\"");
        assertThat(page.select(".j-keyword").eachText()).containsExactly("int", "var");
        assertThat(page.select(".j-number").eachText()).containsExactly("0x1F");
        assertThat(page.select(".j-string")).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"'10%\r50%\r100%\nnext', '100%\nnext'", "'a\r\nb', 'a\nb'", "'bar\r', 'bar'", "'plain', 'plain'"})
    void carriageReturnsRewriteTheLine(String text, String visible) {
        assertThat(AnsiHtml.overwritten(text)).isEqualTo(visible);
    }

    @ParameterizedTest
    @CsvSource({
        "'\u001b[38;5;196mx', '<span style=\"color:#ff0000;\">x</span>'",
        "'\u001b[48;2;1;2;3mx\u001b[0m', '<span style=\"background-color:#010203;\">x</span>'",
        "'\u001b[2K\u001b[1Ax\u001b]0;title\u0007', 'x'",
        "'\u001b[99999999999;1mx', '<span class=\"ansi-bold\">x</span>'",
        "'\u001b[mx\u001b', 'x'"
    })
    void escapeSequencesBecomeStylesOrGo(String text, String html) {
        assertThat(AnsiHtml.of(text)).isEqualTo(html);
    }

    @Test
    void aRealBrowserDrawsFiguresAndFormulasWithoutANetwork() throws Exception {
        Path chromium = Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(dir -> Path.of(dir, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(chromium != null, "skipped: no Chromium is installed");
        Path file = folder.resolve("report.html");
        var chart = Charts.errors(Generators.gaussian(16, 64, 1).named("w"), "int4:g32", "nf4:b64");
        HtmlReport.write(
                new NotebookDocument(object(), List.of(markdown("$\\frac12$"), code("chart", shown(chart, true)))),
                folder,
                "report",
                file);
        List<String> command = new ArrayList<>(List.of(
                chromium.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--user-data-dir=" + folder.resolve("profile"),
                "--virtual-time-budget=30000",
                "--dump-dom",
                file.toUri().toString()));
        Path dom = folder.resolve("dom.html");
        Process browser = new ProcessBuilder(command)
                .redirectOutput(dom.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(browser.waitFor(90, TimeUnit.SECONDS)).isTrue();
        Document drawn = Jsoup.parse(dom.toFile());
        assertThat(drawn.select(".gtitle").text()).isEqualTo("Errors of w");
        assertThat(drawn.select(".xtitle").text()).isEqualTo("error, quantized - original");
        assertThat(drawn.select(".legendtext").eachText()).containsExactly("int4:g32", "nf4:b64");
        assertThat(drawn.select(".scatterlayer .trace")).hasSize(2);
        assertThat(drawn.select(".formula.set .katex")).hasSize(1);
        assertThat(drawn.selectFirst("figure > img").attr("style")).contains("none");
    }
}
