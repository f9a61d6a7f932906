package dev.nibble.kernel.widget;

import static dev.nibble.kernel.widget.Controls.choice;
import static dev.nibble.kernel.widget.Controls.player;
import static dev.nibble.kernel.widget.Controls.progress;
import static dev.nibble.kernel.widget.Controls.range;
import static dev.nibble.kernel.widget.Controls.slider;
import static dev.nibble.kernel.widget.Controls.table;
import static dev.nibble.kernel.widget.Controls.tabs;
import static dev.nibble.kernel.widget.Controls.text;
import static dev.nibble.kernel.widget.Controls.toggle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.Trace;
import dev.nibble.format.Formats;
import dev.nibble.kernel.cell.Cell;
import dev.nibble.kernel.display.Displays;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.NoOutput;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.widget.Controls.Between;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Controls and what runs with them, where there is no front end. */
class ControlsTest {
    private final Cell cell = new Cell(new NoOutput(), null, RenderOptions.DEFAULT);

    @BeforeEach
    void enter() {
        cell.enter();
    }

    @AfterEach
    void leave() {
        cell.leave();
    }

    private static String html(Object value) {
        return (String) Displays.render(value, RenderOptions.DEFAULT).data().get("text/html");
    }

    private static String plain(Object value) {
        return (String) Displays.render(value, RenderOptions.DEFAULT).data().get("text/plain");
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 0.1, 0.31, 0.3", "0, 1, 0.3, 1, 0.9", "-1, 1, 0.5, 7, 1", "0, 1e-6, 1e-7, 3.4e-7, 3e-7"})
    void aSliderTakesTheNearestOfItsValues(double low, double high, double step, double set, double expected) {
        assertThat(slider("x", low, high, step).value(set).value()).isEqualTo(expected);
    }

    @Test
    void whatControlsBeginWith() {
        assertThat(slider("bits", 2, 8).value()).isEqualTo(5);
        assertThat(slider("group", 32, 224, 32).value()).isEqualTo(128);
        assertThat(range("layers", 0, 29).value()).isEqualTo(new Between<>(0, 29));
        assertThat(choice("format", "int", "nf").value()).isEqualTo("int");
        assertThat(toggle("symmetric").value()).isFalse();
        assertThat(text("prompt", "once").value()).isEqualTo("once");
        assertThat(progress("epoch", 3).value()).isZero();
    }

    @Test
    void valuesThatThereAreNotAreRefusedOrBroughtToTheNearest() {
        assertThat(slider("bits", 2, 8).value(99).value()).isEqualTo(8);
        assertThat(range("x", 0, 10).value(new Between<>(7, 3)).value()).isEqualTo(new Between<>(3, 7));
        assertThatThrownBy(() -> choice("format", "int", "nf").value("fp"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("format")
                .hasMessageContaining("fp")
                .hasMessageContaining("[int, nf]");
        assertThatThrownBy(() -> slider("x", 1, 1)).hasMessageContaining("low < high");
        assertThatThrownBy(() -> slider("x", 0.0, 1.0, -1.0)).hasMessageContaining("step above 0");
        assertThatThrownBy(() -> slider("x", 0.0, 1.0).value(Double.NaN)).hasMessageContaining("not a number");
        assertThatThrownBy(() -> choice("none", List.of())).hasMessageContaining("needs 1 to");
    }

    @Test
    @SuppressWarnings("unchecked")
    void whatMakesNoControlIsRefusedInWords() {
        refused(() -> slider(null, 1, 2), "slider: the name that stands beside it is null");
        refused(() -> slider("x", 1, 2).value(null), "the value for \"x\" is null");
        refused(() -> slider("x", 8, 2), "slider \"x\": needs low < high and a step above 0, not 8, 2 and 1");
        refused(() -> slider("x", Double.NaN, 1), "not NaN, 1 and NaN");
        refused(() -> slider("x", 0, Double.POSITIVE_INFINITY, 1), "not 0, Infinity and 1");
        refused(() -> slider("x", 0.0, 1.0, 1e-300), "steps of 1.0E-300 are too small between 0 and 1");
        refused(() -> range("r", 3, 3), "range \"r\": needs low < high");
        refused(() -> range("r", 0.5, -0.5), "not 0.5, -0.5 and -0.01");
        refused(() -> range(null, 0, 1), "range: the name");
        refused(() -> new Between<>(null, 1), "the lower end is null");
        refused(() -> range("r", 0.0, 1.0).value(new Between<>(Double.NaN, 1.0)), "\"r\" has no value NaN to 1.0");
        refused(() -> choice("c", (String[]) null), "choice \"c\": the list of values is null");
        refused(() -> choice("c", (List<String>) null), "choice \"c\": the list of values is null");
        refused(() -> choice("c", "a", null), "choice \"c\": value 2 of 2 is null");
        refused(() -> choice("c"), "choice \"c\": needs 1 to 10000 values, not 0");
        refused(() -> tabs("t", "a", null), "tabs \"t\": value 2 of 2 is null");
        refused(() -> tabs(null), "tabs: the map of what is behind them is null");
        refused(() -> toggle(null), "toggle: the name");
        refused(() -> text("t", null), "text \"t\": the text to begin with is null");
        refused(() -> progress("p", 0), "progress \"p\": the total must be above 0, not 0");
        refused(() -> player("p", -1), "player \"p\": needs at least one place, not -1");
        refused(() -> table("t", null), "table \"t\": the table is null");
        refused(() -> toggle("t").onChange(null), "the code that hears of \"t\" is null");
        refused(() -> Interact.with(toggle("t"), null, (x, y) -> x), "Interact.with: control 2 of 2 is null");
        refused(() -> Interact.with(toggle("t"), null), "Interact.with: the code is null");
        Control<Boolean> on = toggle("t");
        refused(
                () -> Interact.with(on, on, on, null, on, (v, w, x, y, z) -> v),
                "Interact.with: control 4 of 5 is null");
        refused(() -> Interact.with(on, on, on, on, on, on, null), "Interact.with: the code is null");
        refused(() -> Step.through((Trace) null), "Step.through: the trace is null");
        refused(() -> Step.through(Arrays.asList("a", null), t -> t, t -> t), "item 1 of the list is null");
    }

    private static void refused(ThrowableAssert.ThrowingCallable call, String says) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(says);
    }

    @Test
    void whatIsNotThereStandsAsNull() {
        Map<String, Object> panes = new LinkedHashMap<>();
        panes.put("none", null);
        assertThat(plain(tabs(panes))).contains("null");
        assertThat(plain(Step.through(List.of("a"), t -> null, t -> null))).isEqualTo("step 1 of 1: null");
    }

    @Test
    void changesAreHeardOnceEachAndNotTheSameValueAgain() {
        List<Integer> heard = new ArrayList<>();
        Control<Integer> bits = slider("bits", 2, 8).onChange(heard::add);
        bits.value(3);
        bits.value(3);
        bits.value(4);
        assertThat(heard).containsExactly(3, 4);
    }

    @Test
    void controlsThatSetEachOtherEndWhenNothingChanges() {
        Control<Integer> a = slider("a", 0, 100);
        Control<Integer> b = slider("b", 0, 100);
        a.onChange(v -> b.value(100 - v));
        b.onChange(v -> a.value(100 - v));
        a.value(30);
        assertThat(b.value()).isEqualTo(70);
        b.value(10);
        assertThat(a.value()).isEqualTo(90);
    }

    @Test
    void controlsThatDriveEachOtherForEverAreStopped() {
        Control<Integer> a = slider("a", 0, 1_000_000);
        Control<Integer> b = slider("b", 0, 1_000_000);
        a.onChange(v -> b.value(v + 1));
        b.onChange(v -> a.value(v + 1));
        assertThatThrownBy(() -> a.value(1)).hasMessageContaining("change each other");
    }

    @Test
    void codeRunsWhenItIsShownAndWhenItsControlsChange() {
        List<String> runs = new ArrayList<>();
        Control<Integer> bits = slider("bits", 2, 8);
        Control<String> format = choice("format", "int", "nf");
        Interact both = Interact.with(bits, format, (b, f) -> {
            runs.add(f + b);
            return "recipe " + f + b;
        });
        bits.value(3);
        assertThat(runs).as("nobody has seen it").isEmpty();
        assertThat(plain(both)).isEqualTo("bits = 3, format = int\nrecipe int3");
        format.value("nf");
        assertThat(plain(both)).isEqualTo("bits = 3, format = nf\nrecipe nf3");
        assertThat(html(both))
                .contains("bits <b>3</b>", "format <b>nf</b>", "recipe nf3")
                .doesNotContain("class=");
        assertThat(runs).containsExactly("int3", "nf3");
    }

    @Test
    void codeMaySetItsOwnControlsWithoutRunningForEver() {
        List<Integer> runs = new ArrayList<>();
        Control<Integer> n = slider("n", 0, 100).value(0);
        Interact own = Interact.with(n, v -> {
            runs.add(v);
            n.value(v + 1);
            return v;
        });
        assertThat(plain(own)).isEqualTo("n = 1\n0");
        assertThat(runs).containsExactly(0);
    }

    @Test
    void whatIsPrintedAndWhatIsThrownStandsInItsPlace() {
        Interact bad = Interact.with(toggle("fail"), fail -> {
            System.out.println("before");
            throw new IllegalStateException("<no>");
        });
        dev.nibble.kernel.cell.StandardStreams.install();
        assertThat(html(bad)).contains("before", "IllegalStateException: &lt;no&gt;");
        assertThat(plain(bad)).startsWith("fail = false\nbefore\n").contains("<no>");
    }

    @Test
    void aStopIsNotSwallowed() {
        Interact endless = Interact.with(toggle("go"), go -> {
            cell.cancel();
            throw new dev.nibble.core.Cancelled("work");
        });
        assertThatThrownBy(() -> endless.still(RenderOptions.DEFAULT)).isInstanceOf(dev.nibble.core.Cancelled.class);
    }

    @Test
    void aChartStandsAsAPictureAndAsPngOnlyWhereThatIsAskedFor() {
        Interact chart = Interact.with(slider("bits", 2, 8), b -> dev.nibble.plot.Charts.levels("int" + b));
        MimeBundle live = Displays.render(chart, RenderOptions.DEFAULT);
        assertThat(live.data()).containsOnlyKeys("text/html", "text/plain");
        assertThat((String) live.data().get("text/html"))
                .contains("<img class=\"nibble-on-white\"", "src=\"data:image/png;base64,")
                .doesNotContain("<script");
        MimeBundle kept = Displays.render(chart, RenderOptions.DEFAULT.withPng(true));
        assertThat(kept.data()).containsOnlyKeys("text/html", "text/plain", "image/png");
    }

    @Test
    void aTracesStepsAreAFilmWhereNothingIsAlive() {
        Trace trace = Trace.record();
        Formats.parse("int4:g4").quantize(Matrix.of("w", 1, 4, new float[] {1, -2, 0.5f, 0}), trace);
        Stepper stepper = Step.through(trace).at(2);
        assertThat(stepper.count()).isEqualTo(6);
        MimeBundle film = Displays.render(stepper, RenderOptions.DEFAULT.withPng(true));
        assertThat((String) film.data().get("text/plain")).startsWith("step 3 of 6: Weight 1, -2");
        String html = (String) film.data().get("text/html");
        // Each with a picture, one of them also for who runs no scripts.
        assertThat(html.split("<svg ", -1)).hasSize(1 + 6);
        assertThat(html).contains("<img", "Weight 3, 0,", "</script></div>");
        assertThat(html.indexOf("</script>")).isEqualTo(html.lastIndexOf("</script>"));
        assertThat(film.data()).containsKey("image/png");
    }

    @Test
    void aLongFilmIsCutBelowAMegabyteAndSaysSo() {
        String big = "<p>" + "x".repeat(50_000) + "</p>";
        Stepper stepper = Step.through(
                IntStream.range(0, 16).boxed().toList(),
                i -> MimeBundle.of(Map.of("text/html", big, "text/plain", "big")),
                i -> "number " + i);
        String html = html(stepper);
        assertThat(html.length()).isBetween(400_000, 800_000);
        assertThat(html).contains("of 16; all of them are there where the kernel runs");
    }

    @Test
    void whatIsSteppedThroughMayBeAnything() {
        Stepper stepper = Step.through(List.of("a<b", "c"), text -> text, text -> "</script>" + text);
        assertThat(html(stepper)).contains("a&lt;b").containsOnlyOnce("</script>");
        assertThat(plain(stepper.at(1))).isEqualTo("step 2 of 2: </script>c");
        assertThatThrownBy(() -> Step.through(List.<String>of(), t -> t, t -> t))
                .hasMessageContaining("empty");
    }

    @Test
    void tabsShowWhatIsBehindTheOneThatIsSeen() {
        Map<String, Object> panes = new LinkedHashMap<>();
        panes.put("first", "one");
        panes.put("second", "two");
        Control<String> tabs = tabs(panes);
        assertThat(plain(tabs)).contains("one").doesNotContain("two");
        tabs.value("second");
        assertThat(plain(tabs)).contains("two").doesNotContain("one");
    }

    @Test
    void aTableHoldsTheRowsThatAreChosen() {
        Table names = Table.create("t", StringColumn.create("name", "a", "b", "c"), IntColumn.create("n", 1, 2, 3));
        Control<List<Integer>> rows = table("rows", names);
        rows.value(List.of(2, 0, 2, 99));
        assertThat(rows.value()).containsExactly(0, 2);
        assertThat(rows.toString()).isEqualTo("rows = rows 0, 2");
        assertThat(rows.description())
                .containsEntry("headers", List.of("name", "n"))
                .containsEntry("total", 3);
    }
}
