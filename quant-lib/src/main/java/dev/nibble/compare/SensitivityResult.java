package dev.nibble.compare;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What quantizing one weight does to a model, for each of its linears, and how far these effects add up.
 *
 * @param model its name
 * @param modelHash of its weights
 * @param recipe that weights were quantized in
 * @param data name of the texts
 * @param dataHash of the scored tokens
 * @param protocol how the text was cut and scored, one sentence
 * @param tokens that were scored
 * @param note what has to be known to read the numbers; empty if nothing
 * @param linears how many there are
 * @param all all of them together, once that is known
 * @param rows those that are done, in the order of the file
 */
public record SensitivityResult(
        String model,
        String modelHash,
        String recipe,
        String data,
        String dataHash,
        String protocol,
        int tokens,
        String note,
        int linears,
        Optional<SensitivityRow> all,
        List<SensitivityRow> rows) {
    public SensitivityResult {
        Objects.requireNonNull(model, "model");
        rows = List.copyOf(rows);
    }

    /** Whether every linear has its row. */
    public boolean complete() {
        return rows.size() == linears && all.isPresent();
    }

    /** Sum of the divergences of all rows, in nats per token. */
    public double sumOfKl() {
        return rows.stream().mapToDouble(SensitivityRow::kl).sum();
    }

    /** Sum of the changes of ln perplexity of all rows. */
    public double sumOfLogRatios() {
        return rows.stream().mapToDouble(SensitivityRow::logRatio).sum();
    }

    /** Layers that have rows, in order; -1 for what is outside of them. */
    public List<Integer> layers() {
        return rows.stream().map(SensitivityRow::layer).distinct().sorted().toList();
    }

    /** Kinds that have rows, in the order of the file. */
    public List<String> kinds() {
        return rows.stream().map(SensitivityRow::kind).distinct().toList();
    }

    /** The row of a place, if it is done. */
    public Optional<SensitivityRow> find(int layer, String kind) {
        return rows.stream()
                .filter(row -> row.layer() == layer && row.kind().equals(kind))
                .findFirst();
    }

    /** The rows with the largest divergence, largest first. */
    public List<SensitivityRow> most(int count) {
        return rows.stream()
                .sorted(Comparator.comparingDouble(SensitivityRow::kl).reversed())
                .limit(count)
                .toList();
    }

    /** What the rows say, in words. */
    public String verdict() {
        if (!complete()) {
            return String.format(Locale.ROOT, "%,d of %,d linears done.", rows.size(), linears);
        }
        SensitivityRow whole = all.orElseThrow();
        if (whole.kl() == 0 && sumOfKl() == 0) {
            return recipe + " changes nothing: no linear alone, and not all together.";
        }
        StringBuilder text = new StringBuilder("It hurts most in ");
        text.append(String.join(
                ", ",
                most(3).stream()
                        .map(row -> String.format(
                                Locale.ROOT, "%s (KL %.5f ± %.5f)", row.tensor(), row.kl(), row.klError()))
                        .toList()));
        text.append(String.format(
                Locale.ROOT,
                ". One at a time the %,d linears add up to KL %.4f and ln PPL ratio %+.4f; quantized together they give KL"
                        + " %.4f ± %.4f and %+.4f ± %.4f: %s.",
                linears,
                sumOfKl(),
                sumOfLogRatios(),
                whole.kl(),
                whole.klError(),
                whole.logRatio(),
                whole.logRatioError(),
                together(whole)));
        return text.toString();
    }

    private String together(SensitivityRow whole) {
        if (Math.abs(whole.kl() - sumOfKl()) <= 2 * whole.klError()) {
            return "the divergences add up, as far as this text can tell";
        }
        return String.format(
                Locale.ROOT,
                "together %.2f times the sum of the divergences%s",
                whole.kl() / sumOfKl(),
                whole.kl() > sumOfKl() ? ", so errors add to each other" : ", so errors hide one another");
    }

    @Override
    public String toString() {
        return model + " in " + recipe + " on " + data + ", one linear at a time: " + verdict();
    }
}
