package dev.nibble.cli;

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
            "Fetches the model of the notebook if it can; prints which model it is and the comparison tables."
        })
final class ReportCommand extends LaboratoryCommand {
    /** What cells with this tag show is printed. */
    private static final String TAG = "comparison";

    /** The cell with this tag shows a model, whose first line is printed. */
    private static final String MODEL = "model";

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
        List<Cell> cells = done.run().notebook().cells();
        if (json.asked()) {
            Map<String, Object> facts = RunCommand.facts(done, List.of(file.toString()));
            facts.put("bytes", Files.size(file));
            facts.put(
                    "model",
                    cells.stream()
                            .filter(cell -> cell.hasTag(MODEL))
                            .map(ReportCommand::model)
                            .findFirst()
                            .orElse(null));
            facts.put(
                    "tables",
                    cells.stream()
                            .filter(cell -> cell.hasTag(TAG))
                            .flatMap(cell -> CellTexts.tables(cell).stream())
                            .toList());
            Json.print(facts);
        } else {
            cells.forEach(ReportCommand::print);
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

    /** What cells printed (so the reason why there is no model), which model it is, and the comparisons. */
    private static void print(Cell cell) {
        String printed = CellTexts.printed(cell);
        if (!printed.isBlank()) {
            System.out.println(printed.stripTrailing() + "\n");
        }
        if (cell.hasTag(MODEL)) {
            System.out.println(model(cell) + "\n");
        }
        if (cell.hasTag(TAG)) {
            CellTexts.texts(cell).forEach(text -> System.out.println(text.stripTrailing() + "\n"));
        }
    }

    /** A model's text begins with the line that says what it is. */
    private static String model(Cell cell) {
        return CellTexts.texts(cell).stream()
                .flatMap(String::lines)
                .findFirst()
                .orElse("")
                .strip();
    }
}
