package dev.nibble.cli;

import dev.nibble.kernel.notebook.NotebookRunner.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Any notebook, without Jupyter. */
@Command(
        name = "run",
        description = {
            "Run notebooks, without Jupyter and without a browser.",
            "Relative paths in its cells start at the notebook's folder. Stops at the first cell that fails, unless the"
                    + " cell is tagged raises-exception: then the exit code is 1, and what was reached is still written.",
            "Ctrl-C stops the running cell and ends the same way, with exit code 130.",
            "What the cells print is printed at the end.",
            "",
            "  nibble run study.ipynb -p bits=4 -p model=smollm2-135m -o study-4.html",
            "",
            "sets what the cell tagged \"parameters\" declares, in a cell after it.",
            "",
            "  nibble run *.ipynb -o results/",
            "",
            "runs several one after the other, each in a JVM of its own, also when one of them fails."
        })
final class RunCommand extends LaboratoryCommand {
    private static final double LONGEST_LIMIT = 1e9;

    @Mixin
    private JsonOption json;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write the notebook with its outputs to this .ipynb, or a report to this .html; may be given"
                    + " again (default: nothing is written). A folder, which ends with / or is there, gets a file of the"
                    + " notebook's name.")
    private List<String> outputs = List.of();

    @Option(
            names = "--as",
            split = ",",
            paramLabel = "KIND",
            description = "What goes into a folder: ipynb (the default), html, or both: ipynb,html.")
    private List<Kind> kinds = List.of(Kind.ipynb);

    @Option(names = "--facts", paramLabel = "FILE", hidden = true, description = "For a run of several notebooks.")
    private String factsFile;

    @Option(names = "--allow-errors", description = "Go on after a cell that fails; the exit code is 1 all the same.")
    private boolean allowErrors;

    @Option(
            names = {"-p", "--parameter"},
            paramLabel = "NAME=VALUE",
            description = "Set a variable of the cell tagged parameters; may be given again.")
    private Map<String, String> parameters = new LinkedHashMap<>();

    @Option(
            names = "--time-limit",
            paramLabel = "SECONDS",
            description = "Stop a cell that takes longer; it counts as failed (default: no limit).")
    private double seconds;

    @Parameters(arity = "1..*", paramLabel = "NOTEBOOK", description = "An .ipynb file, or several.")
    private List<String> notebooks;

    private HeadlessRun headless;
    private List<String> written;

    /** What is written of a run, by the ends of files' names. */
    enum Kind {
        ipynb,
        html
    }

    @Override
    boolean computes() {
        return notebooks.size() == 1;
    }

    @Override
    Path prepare() throws IOException {
        if (!computes()) {
            SeveralRuns.check(spec().commandLine(), notebooks, outputs, kinds);
        }
        Path folder = Terminal.folder();
        for (String notebook : notebooks) {
            folder = prepare(notebook);
        }
        return folder;
    }

    private Path prepare(String notebook) throws IOException {
        for (String output : outputs) {
            if (RunOutputs.isFolder(output)) {
                Files.createDirectories(Terminal.path(output));
            }
        }
        written = RunOutputs.of(notebook, outputs, kinds);
        List<Path> files = written.stream().map(Terminal::path).toList();
        for (Path file : files) {
            if (!HeadlessRun.isHtml(file) && !HeadlessRun.isNotebook(file)) {
                throw new ParameterException(
                        spec().commandLine(), "--output wants a name that ends with .ipynb or .html, not " + file);
            }
        }
        Path source = Terminal.path(notebook);
        if (!(seconds >= 0) || seconds > LONGEST_LIMIT) {
            throw new ParameterException(spec().commandLine(), "--time-limit wants seconds, not " + seconds);
        }
        headless = new HeadlessRun(source, files, allowErrors).with(parameters).within(Duration.ofMillis((long)
                Math.ceil(seconds * 1000)));
        headless.check();
        return source.getParent();
    }

    @Override
    int work() throws IOException {
        if (!computes()) {
            return new SeveralRuns(notebooks, this::options).run(json.asked());
        }
        HeadlessRun.Done done = headless.run();
        if (factsFile != null) {
            Files.writeString(Path.of(factsFile), Json.text(named(facts(done, written))));
        } else if (json.asked()) {
            Json.print(named(facts(done, written)));
        } else {
            String printed = printed(done);
            if (!printed.isBlank()) {
                System.out.println(printed.stripTrailing());
            }
            written.forEach(file -> System.out.println("wrote " + file));
            done.run().failure().ifPresent(RunCommand::tell);
            if (done.run().ok()) {
                System.out.printf(Locale.ROOT, "%s ran in %.1f s%n", notebooks.getFirst(), done.seconds());
            }
        }
        return done.run().ok() ? 0 : 1;
    }

    private Map<String, Object> named(Map<String, Object> facts) {
        var all = new LinkedHashMap<String, Object>();
        all.put("notebook", notebooks.getFirst());
        all.putAll(facts);
        return all;
    }

    /** How this command is written for one of several notebooks. */
    private List<String> options() {
        var words = new ArrayList<String>();
        outputs.forEach(output -> words.addAll(List.of("-o", output)));
        words.addAll(List.of("--as", kinds.stream().map(Kind::name).collect(Collectors.joining(","))));
        parameters.forEach((name, value) -> words.addAll(List.of("-p", name + "=" + value)));
        words.addAll(List.of("--time-limit", Double.toString(seconds)));
        if (allowErrors) {
            words.add("--allow-errors");
        }
        return words;
    }

    /** What a program reads of a run. */
    static Map<String, Object> facts(HeadlessRun.Done done, List<String> outputs) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("ok", done.run().ok());
        facts.put("seconds", done.seconds());
        facts.put("outputs", outputs);
        facts.put("printed", printed(done));
        facts.put("failure", done.run().failure().map(RunCommand::facts).orElse(null));
        return facts;
    }

    /** What the cells printed, one after the other. */
    private static String printed(HeadlessRun.Done done) {
        return done.run().notebook().cells().stream().map(CellTexts::printed).collect(Collectors.joining());
    }

    private static Map<String, Object> facts(Failure failure) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("cell", failure.position());
        facts.put("code_cell", failure.number());
        facts.put("source", failure.cell().source());
        facts.put("error", failure.error().name());
        facts.put("message", failure.error().value());
        facts.put("traceback", failure.error().traceback());
        return facts;
    }

    /** The failing cell and its error, for people. */
    static void tell(Failure failure) {
        System.err.println("nibble: " + failure.summary());
        boolean colours = Terminal.errorIsTerminal();
        for (String line : failure.error().traceback()) {
            System.err.println(colours ? line : line.replaceAll("\033\\[[\\d;]*m", ""));
        }
    }
}
