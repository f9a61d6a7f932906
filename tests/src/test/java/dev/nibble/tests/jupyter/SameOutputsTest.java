package dev.nibble.tests.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.tests.cli.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code nibble run} writes, beside what Jupyter's own runner of notebooks gets from the kernel. */
class SameOutputsTest {
    private static final List<String> CELLS = List.of(
            "System.out.println(\"a\");\nSystem.err.println(\"b\");\nSystem.out.print(\"c\");\n21 * 2",
            "html(\"<b>bold</b>\");\ndisplay(List.of(1, 2));\nmarkdown(\"*x*\");",
            "var shown = display(\"one\");\nSystem.out.println(\"between\");\nshown.update(\"two\");",
            "System.out.println(\"gone\");\nclearOutput();\nSystem.out.println(\"stays\");",
            "var w = Generators.gaussian(32, 64, 1);\nTables.errors(w, \"int8\", \"nf4:b64\")",
            "Charts.errors(w, \"int8\", \"nf4:b64\")",
            "%who",
            "int half(int v) { return v / 0; }\nhalf(4)",
            "noSuchName + 1",
            "w.rows()");

    @TempDir
    Path folder;

    @Test
    void aHeadlessRunGivesWhatJupyterGives() throws IOException {
        var jupyter = new JupyterEnvironment(folder);
        Path notebook = folder.resolve("cells.ipynb");
        Files.writeString(notebook, notebook());
        var nibble = new Program(folder, folder.resolve("home"));
        var run = nibble.run("run", "cells.ipynb", "-o", "ran.ipynb");
        assertThat(run.status()).as(run.err()).isZero();

        var result = jupyter.run(
                "same_outputs.py",
                notebook.toString(),
                folder.resolve("ran.ipynb").toString());

        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out()).matches("1\\d outputs are the same\\R");
    }

    private static String notebook() {
        var json = new ObjectMapper().createObjectNode().put("nbformat", 4).put("nbformat_minor", 5);
        json.putObject("metadata").putObject("kernelspec").put("name", "nibble").put("display_name", "Nibble");
        var cells = json.putArray("cells");
        for (String source : CELLS) {
            var cell = cells.addObject().put("cell_type", "code").put("id", "cell" + cells.size());
            cell.putNull("execution_count").putArray("outputs");
            cell.putObject("metadata").putArray("tags").add("raises-exception");
            cell.put("source", source);
        }
        return json.toString();
    }
}
