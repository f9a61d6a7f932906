package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.api.BoxPlot;
import tech.tablesaw.plotly.api.Heatmap;
import tech.tablesaw.plotly.api.Histogram;
import tech.tablesaw.plotly.api.ScatterPlot;
import tech.tablesaw.plotly.api.VerticalBarPlot;

class JsplotFiguresTest {
    private static final Table TABLE = Table.create(
            "t",
            StringColumn.create("group", "4", "it's", "a {brace}"),
            DoubleColumn.create("x", 1, 2.5, Double.NaN),
            DoubleColumn.create("y", 1e-7, -3, 4));

    @Test
    void numbersAreNumbersAndMissingOnesAreNull() {
        ObjectNode figure = JsplotFigures.plotly(ScatterPlot.create("it's a <title>", TABLE, "x", "y"));
        assertThat(figure.path("data").path(0).path("x").toString()).isEqualTo("[1,2.5,null]");
        assertThat(figure.path("data").path(0).path("y").toString()).isEqualTo("[1.0E-7,-3,4]");
    }

    @Test
    void titlesAreObjectsAndReadAsTheirAuthorWroteThem() {
        ObjectNode figure = JsplotFigures.plotly(ScatterPlot.create("it's a <title>", TABLE, "x", "y"));
        // plotly.js reads the entities of brackets itself
        assertThat(figure.path("layout").path("title").path("text").asText()).isEqualTo("it's a &lt;title&gt;");
        assertThat(figure.path("layout")
                        .path("xaxis")
                        .path("title")
                        .path("text")
                        .asText())
                .isEqualTo("x");
    }

    @Test
    void categoriesStayTextEvenIfOneLooksLikeANumber() {
        ObjectNode figure = JsplotFigures.plotly(VerticalBarPlot.create("bars", TABLE, "group", "y"));
        assertThat(figure.path("data").path(0).path("x").toString()).isEqualTo("[\"4\",\"it's\",\"a {brace}\"]");
    }

    @Test
    void figuresOfKindsThatChartsHaveGetAPicture() {
        assertThat(JsplotFigures.png(JsplotFigures.plotly(ScatterPlot.create("s", TABLE, "x", "y"))))
                .startsWith(0x89, 'P', 'N', 'G');
        assertThat(JsplotFigures.png(JsplotFigures.plotly(VerticalBarPlot.create("b", TABLE, "group", "y"))))
                .isNotNull();
    }

    @Test
    void figuresOfOtherKindsAreConvertedWithoutOne() {
        ObjectNode box = JsplotFigures.plotly(BoxPlot.create("box", TABLE, "group", "y"));
        assertThat(box.path("data").path(0).path("type").asText()).isEqualTo("box");
        assertThat(JsplotFigures.png(box)).isNull();
        ObjectNode histogram = JsplotFigures.plotly(Histogram.create("h", new double[] {1, 2, 2}));
        assertThat(histogram.path("data").path(0).path("x").toString()).isEqualTo("[1,2,2]");
        ObjectNode heat = JsplotFigures.plotly(Heatmap.create("heat", TABLE, "group", "group"));
        assertThat(heat.path("data").path(0).path("z").path(0).path(0).isNumber())
                .isTrue();
    }
}
