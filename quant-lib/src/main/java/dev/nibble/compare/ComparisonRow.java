package dev.nibble.compare;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * One model in one recipe, evaluated. Errors are one standard error; what was not measured is not-a-number.
 *
 * @param recipe as it was asked for; "as stored" for the file's own weights
 * @param sizes what it takes
 * @param perplexity on the text
 * @param perplexityError of it, if tokens were independent
 * @param logRatio ln of the perplexity over that of the weights as stored
 * @param logRatioError of it, from the losses of the same tokens in pairs, windows drawn
 * @param kl mean Kullback-Leibler divergence from the weights as stored, in nats per token
 * @param klError of it, windows drawn
 * @param kl99 its 99th percentile over tokens
 * @param sameTop share of tokens where both find the same one most probable, 0 to 1
 * @param sameTopError of it, if tokens were independent
 * @param rmsDeltaP root of the mean square change of the probability of the token that came, in percentage points
 * @param rmsDeltaPError of it, if tokens were independent
 * @param entropy mean entropy of the distributions, in nats
 * @param accuracies share of right answers of each task, by acc_norm, 0 to 1
 * @param accuracyErrors of these
 * @param lost answers that were right as stored and are wrong now
 * @param gained the other way round
 * @param flipsP probability of as uneven a split by chance (McNemar)
 * @param layers mean relative error of hidden states behind each layer, over the first {@value #POSITIONS} tokens of the
 *     text at most: length of the difference over length of those of the weights as stored; empty for these themselves
 * @param seconds that the evaluation took on the wall
 */
public record ComparisonRow(
        String recipe,
        Sizes sizes,
        double perplexity,
        double perplexityError,
        double logRatio,
        double logRatioError,
        double kl,
        double klError,
        double kl99,
        double sameTop,
        double sameTopError,
        double rmsDeltaP,
        double rmsDeltaPError,
        double entropy,
        Map<String, Double> accuracies,
        Map<String, Double> accuracyErrors,
        int lost,
        int gained,
        double flipsP,
        List<Double> layers,
        double seconds) {
    /** Tokens that the error behind each layer is a mean over, at most. */
    public static final int POSITIONS = 64;

    /** What the file's own weights are called. */
    public static final String AS_STORED = "as stored";

    public ComparisonRow {
        Objects.requireNonNull(recipe, "recipe");
        Objects.requireNonNull(sizes, "sizes");
        accuracies = Collections.unmodifiableMap(new LinkedHashMap<>(accuracies));
        accuracyErrors = Collections.unmodifiableMap(new LinkedHashMap<>(accuracyErrors));
        layers = List.copyOf(layers);
    }

    /** Whether these are the file's own weights. */
    public boolean isBase() {
        return recipe.equals(AS_STORED);
    }

    /** The divergence and its error as people read it, with enough digits to be told from none: "0.3322 ± 0.0064". */
    public String klText() {
        String error = klError == 0 || klError >= 0.00005 ? "%.4f" : "%.1g";
        return String.format(Locale.ROOT, (kl == 0 || kl >= 0.001 ? "%.4f" : "%.2g") + " ± " + error, kl, klError);
    }

    /** The same under another spelling of its recipe. */
    ComparisonRow named(String spelling) {
        return spelling.equals(recipe)
                ? this
                : new ComparisonRow(
                        spelling,
                        sizes,
                        perplexity,
                        perplexityError,
                        logRatio,
                        logRatioError,
                        kl,
                        klError,
                        kl99,
                        sameTop,
                        sameTopError,
                        rmsDeltaP,
                        rmsDeltaPError,
                        entropy,
                        accuracies,
                        accuracyErrors,
                        lost,
                        gained,
                        flipsP,
                        layers,
                        seconds);
    }

    /** Whether a model in this recipe can be told from the one as stored on this text, at two standard errors. */
    public boolean differs() {
        return kl > 0 && Math.abs(logRatio) > 2 * logRatioError;
    }
}
