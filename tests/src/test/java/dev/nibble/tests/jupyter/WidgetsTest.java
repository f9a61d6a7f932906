package dev.nibble.tests.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.tests.cli.Program;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Widgets in JupyterLab, in a real browser, while a cell runs: one page for all of it. */
class WidgetsTest {
    /** Kept, to be looked at. */
    private static final Path SCREENSHOTS = Path.of("target/screenshots").toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void theyAnswerTheKeyboardShowErrorsAndComeBackWithThePage() {
        var result = new JupyterEnvironment(folder).run("widgets.py", SCREENSHOTS.toString());
        assertThat(result.status()).as(result.err()).isZero();
        JsonNode seen = Program.parse(result.out());
        if (seen.has("skipped")) {
            throw JupyterEnvironment.skipped(seen.path("skipped").asText());
        }
        System.out.println("a slider's figure, while a cell runs: p50 " + seen.path("p50") + " ms, p95 "
                + seen.path("p95") + " ms; all in " + seen.path("seconds") + " s");

        assertThat(seen.path("errors")).isEmpty();
        assertThat(seen.path("busy").asBoolean())
                .as("the last cell runs meanwhile")
                .isTrue();
        // Five bits and six.
        assertThat(seen.path("points").path(0).asInt()).isEqualTo(32);
        assertThat(seen.path("points").path(1).asInt()).isEqualTo(64);
        assertThat(seen.path("focus_kept").asBoolean()).isTrue();
        assertThat(seen.path("dirty"))
                .as("before and after Ctrl+S in a slider")
                .extracting(JsonNode::asBoolean)
                .containsExactly(true, false);
        assertThat(seen.path("marks").path("d").asBoolean(true))
                .as("Notebook 7 may take letters")
                .isFalse();
        assertThat(seen.path("marks").path("s").asBoolean())
                .as("Notebook 7 may take Ctrl+S")
                .isTrue();
        assertThat(seen.path("cells").asInt())
                .as("cells after letters in a slider")
                .isEqualTo(6);
        assertThat(seen.path("failure").asText()).contains("IllegalStateException: on purpose", "line 3");
        assertThat(seen.path("frames").path(0).asText())
                .isNotEqualTo(seen.path("frames").path(1).asText());
        assertThat(seen.path("own").path(0).asText()).isEqualTo("0.25 -1.5");
        assertThat(seen.path("own").path(1).asText()).contains("The widget failed: Error: in a click", "at line 8");
        assertThat(seen.path("own").path(2).asText()).isEqualToIgnoringWhitespace("heard {divisor=0}");
        assertThat(seen.path("own").path(3).asText()).contains("ArithmeticException: / by zero", "line 18");
        assertThat(seen.path("broken").asText()).contains("module can not be read: SyntaxError");
        assertThat(seen.path("ink").path(0).asText())
                .as("the words on light and dark")
                .isNotEqualTo(seen.path("ink").path(1).asText());
        assertThat(seen.path("reloaded").asText()).isEqualTo("5");
        assertThat(seen.path("film").path(0).asText()).contains("weights lie between -2 and 1");
        assertThat(seen.path("film").path(1).asText()).startsWith("Weight 0, 1,");
        assertThat(seen.path("film").path(2).asText()).startsWith("All 4 weights");
        assertThat(seen.path("film_pictures").asInt()).isEqualTo(1);
        assertThat(seen.path("still").asInt()).isEqualTo(1);
        assertThat(seen.path("console"))
                .as("errors in the browser's console: that of the broken module, once for each page, and the click's")
                .hasSize(3)
                .allSatisfy(error -> assertThat(error.asText()).containsAnyOf("SyntaxError", "in a click"));
    }
}
