package dev.nibble.cli;

import dev.nibble.metric.Datasets;
import dev.nibble.metric.EvaluationData;
import dev.nibble.metric.Questions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The texts and questions that a model is evaluated on. */
final class TextOption {
    @Option(
            names = "--text",
            paramLabel = "FILE",
            description = "A text file to evaluate on (default: the text that comes with nibble).")
    private String text;

    /** The text alone. */
    EvaluationData text() throws IOException {
        return text == null
                ? new EvaluationData("nibble evaluation text", List.of(Datasets.text()), Optional.empty())
                : EvaluationData.of(path());
    }

    /** The text, and questions: those of the file, else ours if the text is ours too. */
    EvaluationData with(String questions) throws IOException {
        if (questions != null) {
            Questions asked = Questions.read(Terminal.path(questions));
            EvaluationData data = text();
            return new EvaluationData(data.name() + " and " + asked.name(), data.documents(), Optional.of(asked));
        }
        return text == null ? Datasets.evaluation() : text();
    }

    /** Whether a text was named. */
    boolean isGiven() {
        return text != null;
    }

    private Path path() {
        return Terminal.path(text);
    }
}
