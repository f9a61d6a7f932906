package dev.nibble.cli;

import dev.nibble.checkpoint.OutputFile;
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

/** A comparison as a report that can be run again, or else the first notebook as one. */
@Command(
        name = "report",
        description = {
            "Write a report as one HTML file, without Python and without a browser.",
            "",
            "  nibble report --model smollm2-135m --recipes int8,nf4:b64",
            "",
            "compares formats on a model, as nibble compare does, and keeps with it what it takes to run it again.",
            "",
            "  nibble report --verify report.html",
            "",
            "runs it again, every row anew, and says what differs. Exit code 0: nothing; 1: something; 2: nothing could be"
                    + " compared, for it is no report, or the model or the text is another.",
            "",
            "  nibble report",
            "",
            "runs the first notebook, fetches its model if it can, and prints which one it is and the comparison tables.",
            ""
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
            description = "Where the report goes (default: report.html in this folder).")
    private String output;

    @Option(
            names = "--notebook",
            paramLabel = "FILE",
            description = "Another notebook; what its cells with the tag \"" + TAG + "\" show is printed.")
    private String notebook;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "Compare formats on this model. " + ModelOption.WORDS)
    private String model;

    @Option(
            names = "--verify",
            paramLabel = "REPORT",
            description =
                    "Run the comparison of this report again and say what differs. --model, --text and --questions say"
                            + " where its model and data are, if they are not found by name.")
    private String verify;

    @Mixin
    private ComparisonOptions options;

    private HeadlessRun headless;

    @Override
    Path prepare() throws Exception {
        boolean data = options.text().isGiven() || options.questions() != null;
        if (verify != null && (options.choose() || notebook != null || output != null)) {
            throw new ParameterException(
                    spec().commandLine(),
                    "--verify runs what the report says; of the other options it takes --model, --text, --questions and"
                            + " --json");
        }
        if (verify == null && model == null && (options.choose() || data)) {
            throw new ParameterException(
                    spec().commandLine(), "these options are of a comparison: name the model with --model");
        }
        if (model != null && notebook != null) {
            throw new ParameterException(
                    spec().commandLine(), "--model makes a report of a comparison, --notebook one of a notebook");
        }
        if (verify != null) {
            return super.prepare();
        }
        Path file = file();
        if (model != null) {
            requireHtml(file);
            OutputFile.check(file, true, List.of());
            return super.prepare();
        }
        requireHtml(file);
        Path source = notebook == null ? first() : Terminal.path(notebook);
        headless = new HeadlessRun(source, List.of(file), false);
        headless.check();
        return source.getParent();
    }

    private Path file() {
        return Terminal.path(output == null ? "report.html" : output);
    }

    private void requireHtml(Path file) {
        if (!HeadlessRun.isHtml(file)) {
            throw new ParameterException(
                    spec().commandLine(), "--output wants a name that ends with .html, not " + output);
        }
    }

    @Override
    int work() throws IOException {
        ComparisonReport report = new ComparisonReport(options, json.asked());
        if (verify != null) {
            return report.verify(Terminal.path(verify), model);
        }
        if (model != null) {
            return report.write(model, file());
        }
        HeadlessRun.Done done = headless.run();
        Path file = file();
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
