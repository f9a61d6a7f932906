package dev.nibble.cli;

import dev.nibble.compare.DataSource;
import dev.nibble.compare.Manifest;
import dev.nibble.compare.Report;
import dev.nibble.compare.Verification;
import dev.nibble.core.Live;
import dev.nibble.core.Progress;
import dev.nibble.kernel.notebook.ComparisonPage;
import dev.nibble.metric.Datasets;
import dev.nibble.metric.EvaluationData;
import dev.nibble.metric.Questions;
import dev.nibble.model.KnownModel;
import dev.nibble.model.Model;
import dev.nibble.model.hub.HubName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reports of comparisons on the command line: made, and checked. */
final class ComparisonReport {
    /** Something differs. */
    private static final int DIFFERS = 1;
    /** Nothing could be compared. */
    private static final int UNUSABLE = 2;

    private final ComparisonOptions options;
    private final boolean json;

    ComparisonReport(ComparisonOptions options, boolean json) {
        this.options = options;
        this.json = json;
    }

    /** Runs the comparison and writes the page. */
    int write(String model, Path file) throws IOException {
        try (Model opened = ModelOption.open(model)) {
            Report report = options.of(opened).report(Progress.current(), Live.NONE);
            ComparisonPage.write(report, file);
            if (json) {
                System.out.print(report.json());
            } else {
                CompareCommand.print(report.result());
                System.out.println("\nReport: " + Terminal.shown(file));
            }
        }
        return 0;
    }

    /**
     * Runs a report's comparison again.
     *
     * @param model another way to its model; null for the report's own name
     */
    int verify(Path file, String model) throws IOException {
        ComparisonPage.Read read;
        EvaluationData data;
        try {
            read = ComparisonPage.read(file);
            data = data(read.report().manifest(), file.getParent());
        } catch (IllegalArgumentException | IOException unusable) {
            return unusable(Failures.sentence(unusable));
        }
        Report report = read.report();
        Verification found;
        try (Model opened = ModelOption.open(model == null ? model(report.manifest(), file.getParent()) : model)) {
            found = report.verify(opened, data, Progress.current());
        } catch (Report.NotTheSame | IllegalArgumentException unusable) {
            return unusable(unusable.getMessage());
        }
        boolean same = found.ok() && read.changed().isEmpty();
        if (json) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("nothing_differs", same);
            facts.put("numbers", found.numbers());
            facts.put("rows", found.rows());
            facts.put("differences", found.differences());
            facts.put("changed_on_the_page", read.changed());
            facts.put("circumstances", found.circumstances());
            Json.print(facts);
        } else {
            if (!read.changed().isEmpty()) {
                System.out.println("The page has been changed: what its own data say is not what stands in its "
                        + String.join(", ", read.changed()) + ".");
            }
            System.out.print(found.text());
            if (!read.sameVersion()) {
                System.out.println(
                        "What the page shows was not compared with its data: another version made it, or it is"
                                + " data alone.");
            }
        }
        return same ? 0 : DIFFERS;
    }

    private int unusable(String why) {
        System.err.println("nibble: " + why);
        if (json) {
            Json.print(Map.of("error", why));
        }
        return UNUSABLE;
    }

    /** A known name, a file of that name here or beside the report, or a model of the hub; never another path. */
    private static String model(Manifest manifest, Path beside) {
        String name = manifest.model();
        if (KnownModel.named(name).isPresent()) {
            return name;
        }
        Optional<Path> here = near(name, beside);
        if (here.isPresent()) {
            return here.get().toString();
        }
        if (name.contains("/") && HubName.parse(name).isPresent()) {
            return name;
        }
        throw new IllegalArgumentException("the report is about the model \"" + name + "\", which is neither here nor"
                + " beside the report: say where it is with --model. SHA-256 of its weights: " + manifest.modelHash());
    }

    /** The file or folder of that name here or beside the report. A name with a folder in it finds nothing. */
    private static Optional<Path> near(String name, Path beside) {
        if (name.contains("/") || name.contains("\\") || name.contains(":") || name.startsWith(".")) {
            return Optional.empty();
        }
        return List.of(Terminal.folder(), beside).stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::exists)
                .findFirst();
    }

    private EvaluationData data(Manifest manifest, Path beside) throws IOException {
        EvaluationData text = text(manifest.text(), beside);
        Optional<Questions> questions = Optional.empty();
        if (manifest.questionSet().isPresent()) {
            questions = Optional.of(questions(manifest.questionSet().get(), beside));
        }
        return new EvaluationData(text.name(), text.documents(), questions);
    }

    private EvaluationData text(DataSource source, Path beside) throws IOException {
        if (options.text().isGiven()) {
            return options.text().text();
        }
        if (DataSource.hash(List.of(Datasets.text())).equals(source.sha256())) {
            return options.text().text();
        }
        Path file =
                near(source.name(), beside).filter(Files::isRegularFile).orElseThrow(() -> missing(source, "--text"));
        return EvaluationData.of(file);
    }

    private Questions questions(DataSource source, Path beside) throws IOException {
        if (options.questions() != null) {
            return Questions.read(Terminal.path(options.questions()));
        }
        Questions ours = Datasets.questions();
        if (DataSource.hash(ours).equals(source.sha256())) {
            return ours;
        }
        Path file = near(source.name(), beside)
                .filter(Files::isRegularFile)
                .orElseThrow(() -> missing(source, "--questions"));
        return Questions.read(file);
    }

    private static IllegalArgumentException missing(DataSource source, String option) {
        return new IllegalArgumentException(
                source.embedded()
                        ? "the " + source.kind()
                                + " that came with the Nibble of the report are not those of this version:"
                                + " say where they are with " + option + ". SHA-256: " + source.sha256()
                        : "the report was made with the " + source.kind() + " of \"" + source.name()
                                + "\", which is neither here nor beside the report: say where it is with " + option
                                + ". SHA-256: " + source.sha256());
    }
}
