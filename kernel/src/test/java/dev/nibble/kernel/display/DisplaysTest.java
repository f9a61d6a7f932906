package dev.nibble.kernel.display;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.compare.KnownShapes;
import dev.nibble.compare.ModelShape;
import dev.nibble.compare.Planner;
import dev.nibble.format.Formats;
import dev.nibble.plot.Axis;
import dev.nibble.plot.Chart;
import dev.nibble.plot.Charts;
import dev.nibble.plot.Series;
import dev.nibble.plot.Tables;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Histogram;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorStatistics;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.api.LinePlot;

class DisplaysTest {
    private record Point(double x, double y) {}

    private record Holder(String name, float[] values) {}

    private static String text(Object value) {
        return (String) Displays.render(value, RenderOptions.DEFAULT).data().get("text/plain");
    }

    private static MimeBundle bundle(Object value) {
        return Displays.render(value, RenderOptions.DEFAULT);
    }

    private static int size(MimeBundle bundle) {
        return bundle.data().values().stream()
                .mapToInt(v -> v.toString().length())
                .sum();
    }

    @Test
    void plainValuesReadAsJavaWritesThem() {
        assertThat(text(null)).isEqualTo("null");
        assertThat(text(42)).isEqualTo("42");
        assertThat(text("text")).isEqualTo("text");
        assertThat(text(List.of(1, 2, "a"))).isEqualTo("[1, 2, a]");
        assertThat(text(Map.of("a", 1))).isEqualTo("{a=1}");
        assertThat(text(Optional.of(List.of(1)))).isEqualTo("Optional[[1]]");
        assertThat(text(Optional.empty())).isEqualTo("Optional.empty");
        assertThat(text(new int[] {1, 2})).isEqualTo("int[2] {1, 2}");
        assertThat(text(new double[2][1])).isEqualTo("double[2][] {double[1] {0.0}, double[1] {0.0}}");
        assertThat(text(new String[] {"a", null})).isEqualTo("java.lang.String[2] {a, null}");
        assertThat(text(new Point(1, 2))).isEqualTo("Point[x=1.0, y=2.0]");
        assertThat(text(new Holder("h", new float[] {1}))).isEqualTo("Holder[name=h, values=float[1] {1.0}]");
        assertThat(text(Path.of("a", "b"))).isEqualTo(Path.of("a/b").toString());
    }

    @Test
    void sixteenMillionNumbersShowInHalfASecondAnd10Kilobytes() {
        float[] large = new float[16_777_216];
        bundle(new float[1]);
        long start = System.nanoTime();
        MimeBundle shown = bundle(large);
        assertThat(System.nanoTime() - start).isLessThan(500_000_000L);
        assertThat(size(shown)).isLessThan(10_000);
        assertThat(text(large)).startsWith("float[16777216] {0.0, ").endsWith(", …}");
    }

    /** Values whose own text would never end, never fit, or fail. */
    static Stream<Named<Object>> awkward() {
        List<Object> self = new ArrayList<>(List.of(1));
        self.add(self);
        Map<String, Object> map = new HashMap<>();
        map.put("me", map);
        Object[] array = new Object[1];
        array[0] = array;
        Object nested = 1;
        for (int i = 0; i < 10_000; i++) {
            nested = List.of(nested);
        }
        Iterable<Integer> endless = () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                return 1;
            }
        };
        List<Object> values = List.of(
                self,
                map,
                array,
                nested,
                endless,
                Stream.iterate(1, i -> i + 1),
                new AbstractList<Integer>() {
                    @Override
                    public Integer get(int index) {
                        return index;
                    }

                    @Override
                    public int size() {
                        return Integer.MAX_VALUE;
                    }
                },
                new AbstractList<Integer>() {
                    @Override
                    public Integer get(int index) {
                        throw new IllegalStateException("get");
                    }

                    @Override
                    public int size() {
                        throw new IllegalStateException("size");
                    }
                },
                new Object() {
                    @Override
                    public String toString() {
                        throw new IllegalStateException("no text");
                    }
                },
                new Object() {
                    @Override
                    public String toString() {
                        return String.valueOf(List.of(this)); // and so on without end
                    }
                },
                new Object() {
                    @Override
                    public String toString() {
                        return "";
                    }
                },
                new Object() {
                    @Override
                    public String toString() {
                        throw new OutOfMemoryError("pretended");
                    }
                },
                "x".repeat(50_000_000),
                new String[] {"y".repeat(10_000_000), "z".repeat(10_000_000)},
                Map.of("k".repeat(1_000_000), "v".repeat(1_000_000)),
                new IllegalStateException("m".repeat(1_000_000)),
                new byte[50_000_000],
                new BufferedImage(5_000, 10, BufferedImage.TYPE_BYTE_GRAY),
                Matrix.of(0, 5, new float[0]),
                Matrix.of(1, 2, new float[] {Float.NaN, Float.POSITIVE_INFINITY}),
                Table.create("empty"),
                Table.create("none", IntColumn.create("a")));
        // named, because the test's own report would otherwise ask each for its text
        return IntStream.range(0, values.size()).mapToObj(i -> Named.of("value " + i, values.get(i)));
    }

    @ParameterizedTest
    @MethodSource("awkward")
    @Timeout(value = 10, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void nothingFailsAndNothingGrows(Object value) {
        MimeBundle shown = bundle(value);
        assertThat(shown.data()).containsKey("text/plain");
        assertThat((String) shown.data().get("text/plain")).hasSizeLessThan(10_000);
        assertThat(size(shown)).isLessThan(100_000);
    }

    @Test
    void valuesThatContainThemselvesSaySo() {
        List<Object> self = new ArrayList<>(List.of(1));
        self.add(self);
        assertThat(text(self)).isEqualTo("[1, (contains itself)]");
        assertThat(text(List.of(List.of(1), List.of(1)))).isEqualTo("[[1], [1]]");
    }

    @Test
    void aFailingToStringIsNamed() {
        Object failing = new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("no text");
            }
        };
        assertThat(text(failing)).contains("DisplaysTest").contains("IllegalStateException");
        assertThat(text(List.of(1, failing))).startsWith("[1, ").contains("IllegalStateException");
    }

    @Test
    void listsOfRecordsAreTables() {
        MimeBundle shown = bundle(List.of(new Point(1, 0.25), new Point(2, 100.5)));
        var table = Jsoup.parse((String) shown.data().get("text/html"));
        assertThat(table.select("th").eachText()).containsExactly("x", "y");
        assertThat(table.select("td").eachText()).containsExactly("1", "0.25", "2", "100.50");
    }

    @Test
    void tablesShowTheirFirstRowsWithInlineStylesOnly() {
        Table table = Table.create(
                "a <table>",
                StringColumn.create("name", java.util.Collections.nCopies(500, "<script>alert(1)</script>")),
                DoubleColumn.create(
                        "value",
                        java.util.stream.DoubleStream.iterate(0.5, v -> v + 1)
                                .limit(500)
                                .toArray()));
        String html = (String) Displays.render(table, new RenderOptions(10, 10, 5, 80, false, false))
                .data()
                .get("text/html");
        var parsed = Jsoup.parse(html);
        assertThat(parsed.select("tbody tr")).hasSize(11); // ten rows and the gap
        assertThat(parsed.select("script, style, [class]")).isEmpty();
        assertThat(parsed.select("td").last().attr("style")).contains("text-align:right");
        assertThat(parsed.text()).contains("shown: 10 of 500 rows").contains("<script>alert(1)</script>");
        // colours of its own would be unreadable in one theme or the other
        assertThat(html).doesNotContain("color:#").doesNotContain("color: #").doesNotContain("background");
    }

    @Test
    void aLiveFigureIsPlotlyJsonWithAPictureInHtmlAndNoPngBesideIt() throws Exception {
        Chart chart = Charts.errors(Generators.gaussian(16, 64, 1), "int4:g32", "nf4:b64");
        MimeBundle live = bundle(chart);
        assertThat(live.data()).containsOnlyKeys("application/vnd.plotly.v1+json", "text/html", "text/plain");
        JsonNode plotly = (JsonNode) live.data().get("application/vnd.plotly.v1+json");
        assertThat(plotly.path("data")).hasSize(2);
        var html = Jsoup.parse((String) live.data().get("text/html"));
        var picture = html.selectFirst("img");
        assertThat(picture.attr("alt")).contains("int4:g32").contains("error, quantized - original");
        byte[] png = Base64.getDecoder().decode(picture.attr("src").replace("data:image/png;base64,", ""));
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(810);
        assertThat(html.selectFirst("script").data()).contains("kernelspecs/nibble/" + PlotlyScript.FILE);
        assertThat((String) live.data().get("text/html"))
                .doesNotContain("http://")
                .doesNotContain("https://");
    }

    @Test
    void aFigureForACommittedNotebookHasThePng() {
        Chart chart = Charts.errors(Generators.gaussian(16, 64, 1), "int4:g32");
        MimeBundle kept = Displays.render(chart, RenderOptions.DEFAULT.withPng(true));
        assertThat(kept.data()).containsOnlyKeys("application/vnd.plotly.v1+json", "image/png", "text/plain");
    }

    @Test
    void textInAFigureCannotEndItsScript() {
        Chart chart = new Chart(
                "</script><img src=x onerror=alert(1)>",
                Axis.of("x"),
                Axis.of("y"),
                List.of(Series.points("<!--", new double[] {1}, new double[] {1})));
        var html = Jsoup.parse((String) bundle(chart).data().get("text/html"));
        assertThat(html.select("script")).hasSize(1);
        assertThat(html.select("img")).hasSize(1);
        assertThat(html.select("[onerror]")).isEmpty();
    }

    @Test
    void aFigureOfTablesawsOwnIsShown() {
        Table table = Table.create("t", DoubleColumn.create("a", 1, 2), DoubleColumn.create("b", 3, 4));
        MimeBundle shown = bundle(LinePlot.create("line", table, "a", "b"));
        JsonNode plotly = (JsonNode) shown.data().get("application/vnd.plotly.v1+json");
        assertThat(plotly.path("data").path(0).path("x").toString()).isEqualTo("[1,2]");
        assertThat((String) shown.data().get("text/html")).contains("data:image/png;base64,");
    }

    @Test
    void theLaboratorysValuesShowWhatMatters() {
        Matrix w = Generators.withOutlierColumns(64, 192, 5).named("blk.0.ffn_down.weight");
        assertThat(text(w))
                .contains("blk.0.ffn_down.weight [64, 192]")
                .contains("kurtosis")
                .contains("191");
        assertThat(text(Formats.parse("int4:g128").quantize(w)))
                .contains("int4:g128")
                .contains("bits per weight")
                .contains("last group");
        assertThat(text(Formats.parse("nf4:b64"))).startsWith("nf4:b64");
        assertThat(text(Formats.parse("nf4:b64").quantize(w).error(w))).contains("SQNR");
        assertThat(text(TensorStatistics.of(w))).contains("absmax");
        assertThat(bundle(Histogram.of(w, 50)).data()).containsKey("application/vnd.plotly.v1+json");
        assertThat(text(Tables.errors(w, "int8"))).contains("bits/weight");
        assertThat((String) bundle(Formats.all()).data().get("text/html")).contains("int4:");
    }

    @Test
    void aPlanShowsItsCardsAndWhatToDo() {
        Planner planner = Planner.of(KnownShapes.named("llama-3.1-70b"));
        String cards = text(planner.plan());
        assertThat(cards)
                .contains("llama-3.1-70b")
                .contains("NVIDIA H200 SXM")
                .contains("tokens/s at most")
                .contains("Advice: ");
        assertThat(cards).as("without a price").doesNotContain("cost");
        assertThat(text(planner.price(2).plan())).contains("cost of 10^6 tokens");
        assertThat(text(planner.plan(List.of())))
                .as("no cards asked for")
                .contains("141.11 GB")
                .doesNotContain("tokens/s");
        assertThat(text(Planner.of(ModelShape.ofParameters("huge", 1e15)).plan()))
                .as("more cards than are planned")
                .contains("NVIDIA H200 SXM");
    }

    @Test
    void bytesOfAPictureAreAPicture() {
        byte[] png = Charts.errors(Generators.gaussian(4, 32, 1), "int8").png();
        assertThat(bundle(png).data()).containsKey("image/png");
        assertThat(text(new byte[] {1, (byte) 0xff})).isEqualTo("byte[2]\n01 ff");
    }

    @Test
    void theMostSpecificRendererWinsAndOwnOnesGoFirst() {
        class Base {}
        class Derived extends Base {}
        Displays.register(renderer(Base.class, "base"));
        assertThat(text(new Derived())).isEqualTo("base");
        Displays.register(renderer(Derived.class, "derived"));
        assertThat(text(new Derived())).isEqualTo("derived");
        assertThat(text(new Base())).isEqualTo("base");
        Displays.register(renderer(Base.class, "newer"));
        assertThat(text(new Base())).isEqualTo("newer");
    }

    @Test
    void aRendererThatFailsIsReportedInThePlaceOfTheValue() {
        class Unlucky {}
        Displays.register(new Renderer<Unlucky>() {
            @Override
            public Class<Unlucky> type() {
                return Unlucky.class;
            }

            @Override
            public MimeBundle render(Unlucky value, RenderOptions options) {
                throw new StackOverflowError("deep");
            }
        });
        assertThat(text(new Unlucky())).contains("Unlucky").contains("StackOverflowError: deep");
    }

    private static <T> Renderer<T> renderer(Class<T> type, String text) {
        return new Renderer<>() {
            @Override
            public Class<T> type() {
                return type;
            }

            @Override
            public MimeBundle render(T value, RenderOptions options) {
                return MimeBundle.text(text);
            }
        };
    }

    @Test
    void theLocaleChangesNothing() {
        Matrix w = Generators.withOutlierColumns(16, 64, 5).named("w");
        List<Object> values = List.of(
                w, Tables.errors(w, "int4:asym:g32"), TensorStatistics.of(w), List.of(new Point(1.5, 2e-7)), 1.5);
        List<Object> english =
                values.stream().<Object>map(v -> bundle(v).data()).toList();
        Locale before = Locale.getDefault();
        try {
            for (String tag : List.of("de", "tr")) {
                Locale.setDefault(Locale.forLanguageTag(tag));
                assertThat(values.stream().<Object>map(v -> bundle(v).data()).toList())
                        .isEqualTo(english);
            }
        } finally {
            Locale.setDefault(before);
        }
    }
}
