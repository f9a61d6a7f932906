package dev.nibble.compare;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What formats do to a model: one row for each, and what they were evaluated on.
 *
 * @param model its name
 * @param modelHash of its weights
 * @param data name of the texts and questions
 * @param dataHash of the scored tokens
 * @param protocol how the text was cut and scored, one sentence
 * @param tokens that were scored
 * @param questions that were asked; 0 for none
 * @param note what has to be known to read the table; empty if nothing
 * @param missing recipes that have no row yet
 * @param rows the weights as stored first, then in the order that they were asked for
 */
public record ComparisonResult(
        String model,
        String modelHash,
        String data,
        String dataHash,
        String protocol,
        int tokens,
        int questions,
        String note,
        List<String> missing,
        List<ComparisonRow> rows) {
    /** Share of tokens with the same favourite below which no size is a good one. */
    private static final double BROKEN = 0.5;

    public ComparisonResult {
        Objects.requireNonNull(model, "model");
        missing = List.copyOf(missing);
        rows = List.copyOf(rows);
    }

    private boolean isBeatenAsStored(ComparisonRow row) {
        return rows.stream()
                .filter(ComparisonRow::isBase)
                .anyMatch(base -> row.kl() > 0
                        && row.sizes().bitsPerWeight() >= base.sizes().bitsPerWeight());
    }

    /** Rows that none beats with fewer, or as many, bits per weight and a smaller divergence; fewest bits first. */
    public List<ComparisonRow> front() {
        double[] best = {Double.POSITIVE_INFINITY};
        return rows.stream()
                .filter(row -> !row.isBase())
                .sorted(Comparator.comparingDouble(
                                (ComparisonRow r) -> r.sizes().bitsPerWeight())
                        .thenComparingDouble(ComparisonRow::kl))
                .filter(row -> {
                    boolean better = row.kl() < best[0];
                    best[0] = Math.min(best[0], row.kl());
                    return better;
                })
                .toList();
    }

    /** What the table says, in words, and how sure that is. */
    public String verdict() {
        List<ComparisonRow> others = rows.stream().filter(row -> !row.isBase()).toList();
        if (others.isEmpty()) {
            return "Nothing to compare yet.";
        }
        StringBuilder text = new StringBuilder();
        List<String> alike = others.stream()
                .filter(row -> !row.differs())
                .map(ComparisonRow::recipe)
                .toList();
        if (!alike.isEmpty()) {
            text.append(String.join(", ", alike))
                    .append(alike.size() == 1 ? " can not be told" : " can not be told apart")
                    .append(" from the weights as stored by perplexity on these ")
                    .append(String.format(Locale.ROOT, "%,d tokens", tokens));
            List<String> told = others.stream()
                    .filter(row -> !row.differs() && row.kl() > 2 * row.klError())
                    .map(ComparisonRow::recipe)
                    .toList();
            text.append(told.isEmpty() ? ". " : "; by KL divergence " + String.join(", ", told) + " can. ");
        }
        others.stream()
                .filter(row -> row.sizes().fallbacks() > 0)
                .forEach(row -> text.append(String.format(
                        Locale.ROOT,
                        "%s does not take the rows of %d weights, which are in what llama.cpp falls back to. ",
                        row.recipe(),
                        row.sizes().fallbacks())));
        List<String> broken = others.stream()
                .filter(row -> row.sameTop() < BROKEN)
                .map(row -> String.format(
                        Locale.ROOT,
                        "%s (same favourite for %.1f %% of the tokens)",
                        row.recipe(),
                        100 * row.sameTop()))
                .toList();
        if (!broken.isEmpty()) {
            text.append("Another model than the one as stored: ")
                    .append(String.join(", ", broken))
                    .append(". ");
        }
        List<ComparisonRow> front = front().stream()
                .filter(row -> row.sameTop() >= BROKEN && !isBeatenAsStored(row))
                .toList();
        List<String> beaten = others.stream()
                .filter(this::isBeatenAsStored)
                .map(ComparisonRow::recipe)
                .toList();
        if (!beaten.isEmpty()) {
            text.append("No smaller than the weights as stored, and not equal to them: ")
                    .append(String.join(", ", beaten))
                    .append(". ");
        }
        if (front.size() > 1) {
            text.append("Best for their size: ");
            text.append(String.join(
                    "; ",
                    front.stream()
                            .map(row -> String.format(
                                    Locale.ROOT,
                                    "%s (%.2f bits, KL %s)",
                                    row.recipe(),
                                    row.sizes().bitsPerWeight(),
                                    row.klText()))
                            .toList()));
            text.append(". ");
        }
        for (int i = 1; i < front.size(); i++) {
            ComparisonRow small = front.get(i - 1);
            ComparisonRow large = front.get(i);
            double error = Math.hypot(small.klError(), large.klError());
            if (small.kl() - large.kl() < 2 * error) {
                text.append(small.recipe())
                        .append(" and ")
                        .append(large.recipe())
                        .append(" are too close to rank on this text. ");
            }
        }
        List<String> flipped = others.stream()
                .filter(row -> row.lost() + row.gained() > 0)
                .map(row -> String.format(Locale.ROOT, "%s %d lost, %d won", row.recipe(), row.lost(), row.gained()))
                .toList();
        if (questions > 0) {
            text.append(
                    flipped.isEmpty()
                            ? "No answer changed. "
                            : "Of " + questions + " answers changed: " + String.join("; ", flipped) + ". ");
            text.append(String.format(
                    Locale.ROOT,
                    "With %d questions accuracy can not rank formats whose shares differ by less than about %.0f points.",
                    questions,
                    200 * Math.sqrt(0.5 / questions)));
        }
        return text.toString().strip();
    }

    /**
     * One line for each row under one of names, numbers at full precision, quoted as RFC 4180 says, UTF-8. What is not a
     * number is empty.
     */
    public String csv() {
        return ComparisonExport.csv(this);
    }

    /**
     * All of it as one JSON object: the names of these records' components, numbers at full precision, null for what is
     * not a number; besides them {@code bitsPerWeight}, {@code base} and {@code front} of each row and the
     * {@code verdict}.
     */
    public String json() {
        return ComparisonExport.json(this);
    }

    /** What was done, a table of GitHub's kind with rounded numbers and their errors, the note and the verdict. */
    public String markdown() {
        return ComparisonExport.markdown(this);
    }

    /**
     * Writes {@link #csv()}, {@link #json()} or {@link #markdown()}; nothing half-written stays behind, and a file that was
     * there is replaced.
     *
     * @param file its name ends with .csv, .json or .md
     * @throws IllegalArgumentException if it ends with something else
     * @throws dev.nibble.checkpoint.CheckpointException if it can not be written
     */
    public void write(Path file) {
        ComparisonExport.write(this, file);
    }

    /**
     * Says now what {@link #write} would after the work.
     *
     * @throws IllegalArgumentException if the name ends with something else than .csv, .json or .md
     * @throws dev.nibble.checkpoint.CheckpointException if it can not be written
     */
    public static void checkWritable(Path file) {
        ComparisonExport.check(file);
    }

    @Override
    public String toString() {
        return model + " on " + data + ": " + rows.size() + " rows. " + verdict();
    }
}
