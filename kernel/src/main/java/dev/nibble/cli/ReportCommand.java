package dev.nibble.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The first notebook as a report. */
@Command(
        name = "report",
        description = {
            "Run the first notebook and write it as one HTML file, without Python and without a browser.",
            "Fetches the model of the notebook if it can; prints the notebook's comparison table."
        })
final class ReportCommand extends LaboratoryCommand {
    /** Cells with this tag are printed. */
    private static final String TAG = "comparison";

    @Mixin
    private JsonOption json;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            defaultValue = "report.html",
            description = "Where the report goes (default: ${DEFAULT-VALUE} in this folder).")
    private String output;

    @Option(
            names = "--notebook",
            paramLabel = "FILE",
            description = "Another notebook; what its cells with the tag \"" + TAG + "\" show is printed.")
    private String notebook;

    private HeadlessRun headless;

    @Override
    Path prepare() throws IOException {
        Path file = Terminal.path(output);
        if (!HeadlessRun.isHtml(file)) {
            throw new ParameterException(
                    spec().commandLine(), "--output wants a name that ends with .html, not " + output);
        }
        Path source = notebook == null ? first() : Terminal.path(notebook);
        headless = new HeadlessRun(source, List.of(file), false);
        headless.check();
        return source.getParent();
    }

    @Override
    int work() throws IOException {
        HeadlessRun.Done done = headless.run();
        Path file = Terminal.path(output);
        if (json.asked()) {
            Map<String, Object> facts = RunCommand.facts(done, List.of(file.toString()));
            facts.put("bytes", Files.size(file));
            Json.print(facts);
        } else {
            for (Cell cell : done.run().notebook().cells()) {
                if (cell.hasTag(TAG)) {
                    print(cell);
                }
            }
            System.out.println("Report: " + file);
            done.run().failure().ifPresent(RunCommand::tell);
        }
        return done.run().ok() ? 0 : 1;
    }

    private Path first() {
        String folder = System.getProperty("nibble.notebooks");
        Path notebooks = folder == null ? Terminal.path("notebooks") : Path.of(folder);
        Path first = notebooks.resolve("00-start.ipynb");
        if (!Files.exists(first)) {
            throw new WorkFailed(first + " is not there: start this with install/nibble report, or name a notebook"
                    + " with --notebook");
        }
        return first;
    }

    /** What a cell printed and showed, as text. */
    private static void print(Cell cell) {
        for (ObjectNode shown : cell.outputs()) {
            JsonNode text = shown.path("output_type").asText().equals("stream")
                    ? shown.path("text")
                    : shown.path("data").path("text/plain");
            String joined = text.isArray()
                    ? text.valueStream().map(JsonNode::asText).reduce("", String::concat)
                    : text.asText("");
            if (!joined.isBlank()) {
                System.out.println(joined.stripTrailing() + "\n");
            }
        }
    }
}
