package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.plot.Series.Kind;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChartTest {
    private final Locale before = Locale.getDefault();

    @AfterEach
    void restoreLocale() {
        Locale.setDefault(before);
    }

    private static Chart chart(Series... series) {
        return new Chart("Title <b> & 'quote'", Axis.of("position", "mm"), Axis.log("size", "dB"), List.of(series));
    }

    @Test
    void plotlyJsonHasTitlesAsObjectsRealNumbersAndNullForGaps() {
        JsonNode figure = chart(Series.line("int8", new double[] {0, 0.1, 1e-9, 3}, new double[] {
                    Double.NaN, Double.POSITIVE_INFINITY, -1, 12345.678901
                }))
                .plotly();
        JsonNode trace = figure.path("data").path(0);
        assertThat(figure.path("layout").path("title").path("text").asText())
                .isEqualTo("Title &lt;b&gt; &amp; 'quote'");
        assertThat(figure.path("layout")
                        .path("xaxis")
                        .path("title")
                        .path("text")
                        .asText())
                .isEqualTo("position (mm)");
        assertThat(figure.path("layout").path("yaxis").path("type").asText()).isEqualTo("log");
        assertThat(trace.path("x").toString()).isEqualTo("[0,0.1,1.0E-9,3]");
        // not a number, infinite and, on a logarithmic axis, negative: all gaps
        assertThat(trace.path("y").toString()).isEqualTo("[null,null,null,12345.68]");
        assertThat(trace.path("line").path("color").asText()).isEqualTo("#0072b2");
    }

    @Test
    void aChartRefusesMorePointsThanABrowserShows() {
        double[] many = new double[Chart.MAX_POINTS + 1];
        assertThatThrownBy(() -> chart(Series.points("int4", many, many)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5001 points")
                .hasMessageContaining("the limit is 5000")
                .hasMessageContaining("sample");
        double[] most = new double[Chart.MAX_POINTS];
        assertThat(chart(Series.points("int4", most, most)).plotly().path("data"))
                .hasSize(1);
    }

    @Test
    void theLargestChartOfNumbersStaysWithin200Kilobytes() {
        double[] x = DoubleStream.iterate(-1.234567e-300, v -> v * 1.1)
                .limit(Chart.MAX_POINTS)
                .toArray();
        Chart chart = new Chart("worst", Axis.of("x"), Axis.of("y"), List.of(Series.points("int4", x, x)));
        assertThat(chart.plotly().toString().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(Chart.MAX_BYTES);
    }

    @Test
    void aChartRefusesMoreTextThan200Kilobytes() {
        double[] x = new double[1000];
        Series longName = Series.points("ö".repeat(100_000), x, x);
        assertThatThrownBy(() -> chart(longName))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bytes");
    }

    @Test
    void theSizeThatIsCheckedIsNotLessThanTheSizeThatIsSent() {
        Series points = Series.points("<&>", new double[] {1, 2}, new double[] {3, 4});
        Chart chart = chart(points, Series.steps("int4:asym:g32", new double[] {1, 2}, new double[] {1, 2}));
        long sent = chart.plotly().toString().getBytes(StandardCharsets.UTF_8).length;
        assertThat(PlotlyJson.bytes(chart.title(), chart.x(), chart.y(), chart.series()))
                .isGreaterThanOrEqualTo(sent)
                .isLessThan(sent + 4_000);
    }

    @Test
    void badSeriesAreRefusedWithTheirNames() {
        assertThatThrownBy(() -> Series.line("int4", new double[2], new double[3]))
                .hasMessageContaining("\"int4\" has 2 x and 3 y");
        assertThatThrownBy(() -> chart(
                        Series.bars("a", new double[1], new double[1]), Series.line("b", new double[1], new double[1])))
                .hasMessageContaining("mixes bars");
        assertThatThrownBy(() -> new Chart(
                        "t",
                        Axis.categories("kind", List.of("one")),
                        Axis.of("y"),
                        List.of(Series.points("a", new double[] {1}, new double[] {1}))))
                .hasMessageContaining("none of the 1 categories");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyKindIsDrawnThreeWays(Kind kind) throws Exception {
        double[] x = {0, 1, 2, 3};
        double[] y = {1, Double.NaN, 3, 2};
        Series one = new Series("int4", kind, x, y, SeriesStyle.of("int4"));
        Series two = new Series("nf4:b64", kind, x, y, SeriesStyle.of("nf4:b64").withFill());
        for (Axis axis : List.of(Axis.of("x"), Axis.categories("k", List.of("a", "b", "c", "d")))) {
            Chart chart = new Chart("drawn", axis, Axis.of("y"), List.of(one, two));
            assertThat(chart.plotly().path("data")).hasSize(2);
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(chart.png()));
            assertThat(picture.getWidth()).isEqualTo(810);
            assertThat(colours(picture))
                    .as("the colours of both series are in the picture")
                    .contains(0xd55e00, 0x009e73);
            JsonNode again = JsplotFigures.plotly(chart.figure());
            assertThat(again.path("data")).hasSize(2);
            assertThat(again.path("data").path(0).path("y").toString()).isEqualTo("[1,null,3,2]");
            assertThat(again.path("data").path(0).path("name").asText()).isEqualTo("int4");
            assertThat(again.path("layout").path("title").path("text").asText()).isEqualTo("drawn");
        }
    }

    private static List<Integer> colours(BufferedImage picture) {
        return IntStream.range(0, picture.getWidth() * picture.getHeight())
                .map(i -> picture.getRGB(i % picture.getWidth(), i / picture.getWidth()) & 0xffffff)
                .distinct()
                .boxed()
                .toList();
    }

    @Test
    void aChartWithoutAFinitePointIsStillAPicture() throws Exception {
        Chart empty = chart(Series.points("int4", new double[] {1}, new double[] {-1}));
        assertThat(ImageIO.read(new ByteArrayInputStream(empty.png()))).isNotNull();
        assertThat(new Chart("none", Axis.of("x"), Axis.of("y"), List.of()).png())
                .isNotEmpty();
    }

    @Test
    void aPictureOfThousandsOfPointsStaysSmallAndIsTheSameEachTime() {
        double[] x =
                IntStream.range(0, 4_000).mapToDouble(i -> Math.sin(i * 0.7)).toArray();
        double[] y =
                IntStream.range(0, 4_000).mapToDouble(i -> Math.cos(i * 1.3)).toArray();
        Chart chart = new Chart("t", Axis.of("x"), Axis.of("y"), List.of(Series.points("int4", x, y)));
        assertThat(chart.png().length).isLessThan(200_000);
        assertThat(chart.png()).isEqualTo(chart.png());
    }

    @Test
    void aPictureIsSavedWhole(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("new folder/chart.png");
        chart(Series.points("int4", new double[] {1}, new double[] {1})).savePng(file);
        assertThat(ImageIO.read(file.toFile())).isNotNull();
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"de", "tr", "ar-u-nu-arab"})
    void theLocaleChangesNothing(String tag) throws Exception {
        Chart chart = chart(Series.points("INT8:asym:g32", new double[] {0.5, 1234.5}, new double[] {1.5, 2e-7}));
        String json = chart.plotly().toString();
        String style = SeriesStyle.of("INT8:ASYM:G32").toString();
        Locale.setDefault(Locale.forLanguageTag(tag));
        Chart there = chart(Series.points("INT8:asym:g32", new double[] {0.5, 1234.5}, new double[] {1.5, 2e-7}));
        assertThat(there.plotly().toString()).isEqualTo(json);
        assertThat(SeriesStyle.of("INT8:ASYM:G32").toString()).isEqualTo(style);
        assertThat(new ObjectMapper().readTree(there.plotly().toString())).isNotNull();
        assertThat(JsplotFigures.plotly(there.figure())
                        .path("data")
                        .path(0)
                        .path("x")
                        .toString())
                .isEqualTo("[0.5,1234.5]");
    }

    @Test
    void aFormatLooksTheSameEverywhereAndTheFormatsOfTheFirstNotebookDiffer() {
        List<String> recipes = List.of("int8", "int4", "int4:g128", "int4:sym:g32", "int4:asym:g32", "nf4:b64");
        assertThat(recipes.stream().map(SeriesStyle::of).distinct()).hasSize(recipes.size());
        assertThat(recipes.stream().map(r -> SeriesStyle.of(r).colour()).distinct())
                .hasSize(5);
        assertThat(SeriesStyle.of(" INT4:G128 ")).isEqualTo(SeriesStyle.of("int4:g128"));
        assertThat(SeriesStyle.of("some_new_format")).isEqualTo(SeriesStyle.of("some_new_format:g32"));
    }
}
