package dev.nibble.tests.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nibble.tests.cli.Program;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first notebook in JupyterLab, in a real browser. */
class BrowserTest {
    /** Kept, to be looked at. */
    private static final Path SCREENSHOTS = Path.of("target/screenshots").toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void theFirstNotebookRunsAndShowsItsFiguresAndTables() {
        Path notebook = Path.of("../notebooks/00-start.ipynb").toAbsolutePath().normalize();
        var result = new JupyterEnvironment(folder).run("browser.py", notebook.toString(), SCREENSHOTS.toString());
        assertThat(result.status()).as(result.err()).isZero();
        JsonNode seen = Program.parse(result.out());
        if (seen.has("skipped")) {
            throw JupyterEnvironment.skipped(seen.path("skipped").asText());
        }

        assertThat(seen.path("kernel").asText()).isEqualTo("nibble");
        assertThat(seen.path("cells")).hasSizeGreaterThan(5).allSatisfy(cell -> {
            assertThat(cell.path("errors")).isEmpty();
            assertThat(cell.path("count").asInt()).isPositive();
        });
        assertThat(seen.path("figures").asInt()).as("interactive figures").isGreaterThanOrEqualTo(3);
        assertThat(seen.path("tables").asInt()).isGreaterThanOrEqualTo(3);
        assertThat(seen.path("outside")).as("requests that leave the machine").isEmpty();
        assertThat(seen.path("console")).as("errors in the browser's console").isEmpty();
    }
}
