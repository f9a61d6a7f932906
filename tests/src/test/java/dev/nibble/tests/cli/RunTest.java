package dev.nibble.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
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
    void aReportSaysWhichModelItIsAndWhyItIsNotTheRealOne() throws IOException {
        notebook(
                "a.ipynb",
                "#model var model = Models.openOrSynthetic(\"no such.gguf\");\nmodel",
                "#comparison Tables.errors(model.weight(\"blk.0.attn_k.weight\"), \"int8\", \"nf4:b64\")");
        String reason = "no such.gguf: there is no such file";

        var people = nibble.run("report", "--notebook", "a.ipynb");
        assertThat(people.status()).as(people.err()).isZero();
        assertThat(people.out())
                .contains(reason, "no real model", "synthetic blk.0.attn_k.weight", "nf4:b64")
                .doesNotContain("token_embd");

        JsonNode facts = nibble.json("report", "--notebook", "a.ipynb", "--json");
        assertThat(facts.path("printed").asText().strip()).endsWith(reason);
        assertThat(facts.path("model").asText()).contains("synthetic", "no real model");
        assertThat(facts.path("tables")).hasSize(1);
        JsonNode table = facts.path("tables").get(0);
        assertThat(table.path("title").asText()).isEqualTo("synthetic blk.0.attn_k.weight");
        assertThat(table.path("rows")).hasSize(2);
        JsonNode nf4 = table.path("rows").get(1);
        assertThat(nf4.path("recipe").asText()).isEqualTo("nf4:b64");
        assertThat(nf4.path("bits_per_weight").asDouble()).isEqualTo(4.5);
        assertThat(nf4.path("sqnr_db").isNumber()).isTrue();

        assertThat(nibble.run("run", "a.ipynb").out()).contains(reason, "a.ipynb ran in");
        assertThat(nibble.json("run", "a.ipynb", "--json").path("printed").asText())
                .contains(reason);
    }

    @Test
    void theFirstNotebookNamesItsModel() throws IOException {
        JsonNode cells = Program.parse(Files.readString(Path.of("../notebooks/00-start.ipynb")))
                .path("cells");

        assertThat(cells.valueStream()
                        .filter(cell ->
                                cell.path("metadata").path("tags").toString().contains("\"model\"")))
                .singleElement()
                .satisfies(cell -> assertThat(cell.path("source").toString()).contains("openOrSynthetic"));
    }

    @Test
    void aSignalStopsTheCellAndWritesWhatWasReached() throws Exception {
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
        assertThat(folder.resolve("loop.html")).content().contains("KeyboardInterrupt");
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as("nothing half-written")
                    .noneMatch(name -> name.endsWith(".tmp") || name.startsWith(".loop"));
        }
    }

    @Test
    void severalNotebooksRunOneAfterTheOtherAlsoWhenOneFails() throws IOException {
        notebook("one/a.ipynb", "java.nio.file.Path.of(\"\").toAbsolutePath().getFileName()");
        notebook("b.ipynb", "int x = 1 / 0;");

        JsonNode done =
                Program.parse(nibble.run("run", "b.ipynb", "one/a.ipynb", "-o", "out/", "--as", "ipynb,html", "--json")
                        .out());

        assertThat(done.path("ok").asBoolean()).isFalse();
        assertThat(done.path("failed").valueStream().map(JsonNode::asText)).containsExactly("b.ipynb");
        assertThat(done.path("runs").valueStream().map(run -> run.path("ok").asBoolean()))
                .containsExactly(false, true);
        assertThat(folder.resolve("out").toFile().list())
                .containsExactlyInAnyOrder("a.ipynb", "a.html", "b.ipynb", "b.html");
        JsonNode cells =
                Program.parse(Files.readString(folder.resolve("out/a.ipynb"))).path("cells");
        assertThat(cells.get(0)
                        .path("outputs")
                        .get(0)
                        .path("data")
                        .path("text/plain")
                        .get(0)
                        .asText())
                .as("each runs in its own folder")
                .isEqualTo("one");
        var wrong = nibble.run("run", "b.ipynb", "one/a.ipynb", "-o", "all.html");
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.err()).contains("--output wants a folder");
    }

    /** A notebook of code cells; one whose source begins with "#comparison" or "#model" gets that tag. */
    private void notebook(String name, String... sources) throws IOException {
        var json = new ObjectMapper().createObjectNode();
        var cells = json.putArray("cells");
        for (String source : sources) {
            var tag = Pattern.compile("#(comparison|model)").matcher(source);
            boolean tagged = tag.lookingAt();
            var cell = cells.addObject().put("cell_type", "code").put("id", "cell" + cells.size());
            cell.putNull("execution_count").putArray("outputs");
            var metadata = cell.putObject("metadata");
            if (tagged) {
                metadata.putArray("tags").add(tag.group(1));
            }
            cell.put("source", tagged ? source.substring(tag.end()) : source);
        }
        json.putObject("metadata").putObject("kernelspec").put("name", "nibble").put("display_name", "Nibble");
        json.put("nbformat", 4).put("nbformat_minor", 5);
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, json.toPrettyString());
    }
}
