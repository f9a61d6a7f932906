package dev.nibble.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Notebooks without Jupyter, from the command line. */
class RunTest {
    @TempDir
    Path folder;

    private Program nibble;

    @BeforeEach
    void program() {
        nibble = new Program(folder, folder.resolve("nibble home"));
    }

    @Test
    void relativePathsStartAtTheNotebookAndOutputsAtThePerson() throws IOException {
        TinyModel.write(folder.resolve("my notebooks/data/tiny.safetensors"));
        notebook(
                "my notebooks/a.ipynb",
                "var model = Models.open(\"data/tiny.safetensors\");",
                "Tables.errors(model.weight(\"layers.0.mlp.down.weight\"), \"int8\", \"nf4:b64\")",
                "Charts.errors(model.weight(\"layers.0.mlp.down.weight\"), \"int8\", \"nf4:b64\")");

        var result = nibble.run("run", "my notebooks/a.ipynb", "-o", "done.ipynb", "-o", "done.html");

        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("wrote done.ipynb", "wrote done.html", "a.ipynb ran in");
        JsonNode cells =
                Program.parse(Files.readString(folder.resolve("done.ipynb"))).path("cells");
        assertThat(cells).hasSize(3);
        assertThat(cells.get(1).path("outputs").toString()).contains("nf4:b64", "text/html", "text/plain");
        assertThat(cells.get(2).path("outputs").toString())
                .as("a notebook for others carries pictures")
                .contains("image/png", "application/vnd.plotly.v1+json");
        assertThat(folder.resolve("done.html")).content().contains("<html", "nf4:b64");
    }

    @Test
    void aFailingCellIsNamedWithItsErrorAndWhatWasReachedIsWritten() throws IOException {
        notebook("bad.ipynb", "int x = 1", "throw new IllegalStateException(\"on purpose\");", "x + 1");

        var people = nibble.run("run", "bad.ipynb", "-o", "bad.html");
        assertThat(people.status()).isEqualTo(1);
        assertThat(people.err())
                .contains("code cell 2", "IllegalStateException", "on purpose", "line 1")
                .doesNotContain("\033");
        assertThat(folder.resolve("bad.html")).content().contains("on purpose");

        var programs = nibble.run("run", "bad.ipynb", "--json");
        assertThat(programs.status()).isEqualTo(1);
        JsonNode facts = Program.parse(programs.out());
        assertThat(facts.path("ok").asBoolean()).isFalse();
        assertThat(facts.path("failure").path("code_cell").asInt()).isEqualTo(2);
        assertThat(facts.path("failure").path("error").asText()).isEqualTo("java.lang.IllegalStateException");
    }

    @Test
    void whatCanNotBeWrittenIsSaidBeforeTheWork() throws IOException {
        notebook("a.ipynb", "System.out.println(\"reached\")");

        var result = nibble.run("run", "a.ipynb", "-o", "no such folder/a.html");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("there is no folder");

        assertThat(nibble.run("run", "a.ipynb", "-o", "a.pdf").status()).isEqualTo(2);
        assertThat(nibble.run("run", "missing.ipynb").err()).contains("missing.ipynb: there is no such file");
    }

    @Test
    void aReportPrintsWhatItsTaggedCellsShow() throws IOException {
        notebook("a.ipynb", "\"not this\"", "#comparison\"this one\"");

        var result = nibble.run("report", "--notebook", "a.ipynb");

        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("this one", "Report: " + folder.toRealPath().resolve("report.html"))
                .doesNotContain("not this");
        assertThat(folder.resolve("report.html")).content().contains("not this", "this one");
    }

    @Test
    void aSignalStopsTheCellAndLeavesNothing() throws Exception {
        notebook("loop.ipynb", "java.nio.file.Files.createFile(java.nio.file.Path.of(\"reached\")); while (true) {}");
        var run = nibble.start("run", "loop.ipynb", "-o", "loop.html");
        for (int i = 0; i < 600 && !Files.exists(folder.resolve("reached")); i++) {
            Thread.sleep(100);
        }
        var second = run.process().children().findFirst().orElseThrow();

        run.process().toHandle().destroy();
        var result = run.finish();

        assertThat(result.status()).as("ended by SIGTERM").isEqualTo(143);
        assertThat(result.err()).contains("run loop.ipynb: stopped on request");
        assertThat(second.isAlive()).as("the second JVM").isFalse();
        assertThat(folder.resolve("loop.html")).doesNotExist();
    }

    /** A notebook of code cells; one whose source begins with "#comparison" gets that tag. */
    private void notebook(String name, String... sources) throws IOException {
        var json = new ObjectMapper().createObjectNode();
        var cells = json.putArray("cells");
        for (String source : sources) {
            boolean tagged = source.startsWith("#comparison");
            var cell = cells.addObject().put("cell_type", "code").put("id", "cell" + cells.size());
            cell.putNull("execution_count").putArray("outputs");
            var metadata = cell.putObject("metadata");
            if (tagged) {
                metadata.putArray("tags").add("comparison");
            }
            cell.put("source", tagged ? source.substring("#comparison".length()) : source);
        }
        json.putObject("metadata").putObject("kernelspec").put("name", "nibble").put("display_name", "Nibble");
        json.put("nbformat", 4).put("nbformat_minor", 5);
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, json.toPrettyString());
    }
}
