package dev.nibble.compare;

import dev.nibble.core.Live;
import dev.nibble.core.Progress;
import dev.nibble.metric.EvaluationData;
import dev.nibble.metric.Protocol;
import dev.nibble.model.Model;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A comparison with all that is needed to run it again.
 *
 * <pre>
 *   var report = Comparison.of(model).on(Datasets.evaluation()).add("int8", "nf4:b64").report();
 *   Report.parse(report.json()).verify(model, Datasets.evaluation())     // nothing differs
 * </pre>
 *
 * @param manifest what it was made of and with
 * @param result the numbers
 */
public record Report(Manifest manifest, ComparisonResult result) {
    public Report {
        Objects.requireNonNull(manifest, "manifest");
        List<String> expected = Stream.concat(Stream.of(ComparisonRow.AS_STORED), manifest.recipes().stream())
                .toList();
        List<String> rows = result.rows().stream().map(ComparisonRow::recipe).toList();
        if (!rows.equals(expected) || !result.missing().isEmpty()) {
            throw new IllegalArgumentException("the rows are " + rows + ", but the recipes ask for " + expected);
        }
    }

    /** All of it as one JSON object with {@code manifest} and {@code result}, numbers at full precision. */
    public String json() {
        return ReportJson.write(this);
    }

    /**
     * Reads what {@link #json} wrote. It may come from a stranger: nothing is believed before it was checked.
     *
     * @throws IllegalArgumentException if it is none; the message names the field
     */
    public static Report parse(String json) {
        return ReportJson.read(json);
    }

    /** {@link #verify(Model, EvaluationData, Progress)} under the progress of whoever runs the calling thread. */
    public Verification verify(Model model, EvaluationData data) {
        return verify(model, data, Progress.current());
    }

    /**
     * Runs the comparison again, every row anew, and says what differs.
     *
     * @param model the one of the report, by its hash; its name may be another
     * @param data the text and the questions of the report, by their hashes; their names may be others
     * @throws NotTheSame if the model, the text or the questions are others than the report's
     * @throws IllegalArgumentException if the report asks for a recipe that is none here
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public Verification verify(Model model, EvaluationData data, Progress progress) {
        requireSame("the text " + manifest.text().name(), manifest.text().sha256(), DataSource.hash(data.documents()));
        requireSame(
                "the questions",
                manifest.questionSet().map(DataSource::sha256).orElse("none"),
                data.questions().map(DataSource::hash).orElse("none"));
        requireSame("the model " + manifest.model(), manifest.modelHash(), ModelHash.of(model.checkpoint(), progress));
        Comparison again = Comparison.of(model)
                .on(new EvaluationData(result.data(), data.documents(), data.questions()))
                .by(Protocol.parse(manifest.protocol()))
                .add(manifest.recipes().toArray(String[]::new))
                .hashed(manifest.modelHash())
                .fresh();
        if (manifest.full()) {
            again.full();
        }
        return Verification.of(this, again.report(progress, Live.NONE));
    }

    private static void requireSame(String what, String reported, String given) {
        if (!reported.equals(given)) {
            throw new NotTheSame(what + ": the report was made with another one.\n  SHA-256 in the report: " + reported
                    + "\n  SHA-256 of what is here: " + given
                    + "\nNothing was computed: numbers of different things can not be compared.");
        }
    }

    /** What is there is not what the report was made with. */
    public static final class NotTheSame extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotTheSame(String message) {
            super(message);
        }
    }
}
