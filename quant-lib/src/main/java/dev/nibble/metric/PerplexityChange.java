package dev.nibble.metric;

import java.util.Locale;

/**
 * How a perplexity changed, from losses of the same tokens, whose errors mostly cancel: the error bar of the ratio is
 * much shorter than those of the two perplexities. Definitions and independence of tokens as in llama.cpp's perplexity
 * tool; {@code paired} does without that assumption.
 *
 * @param logRatio ln of the new perplexity over the old one: the difference of mean losses, in nats
 * @param logRatioError its standard error, with the covariance of the losses, if tokens were independent
 * @param ratio new perplexity over old one
 * @param ratioError its standard error, to first order
 * @param difference new perplexity less the old one
 * @param differenceError its standard error, to first order
 * @param correlation of the two mean losses, -1 to 1
 * @param paired logRatio with its error bar from drawing windows, or documents, with both losses of their tokens
 */
public record PerplexityChange(
        double logRatio,
        double logRatioError,
        double ratio,
        double ratioError,
        double difference,
        double differenceError,
        double correlation,
        Bootstrap paired) {

    /** From one perplexity to another, with the usual bootstrap. */
    public static PerplexityChange of(Perplexity from, Perplexity to) {
        return of(from, to, Bootstrap.RESAMPLES, Bootstrap.SEED);
    }

    /**
     * From one perplexity to another.
     *
     * @throws IllegalArgumentException as {@link Perplexity#requireComparable}
     */
    public static PerplexityChange of(Perplexity from, Perplexity to, int resamples, long seed) {
        from.requireComparable(to);
        Scores difference = to.losses().minus(from.losses());
        double log = to.nll() - from.nll();
        double ratio = StrictMath.exp(log);
        // the variance of a difference is both variances less twice the covariance, which is how llama.cpp has it
        double logError = difference.standardError();
        Scores scaled = to.losses().times(to.perplexity()).minus(from.losses().times(from.perplexity()));
        return new PerplexityChange(
                log,
                logError,
                ratio,
                ratio * logError,
                to.perplexity() - from.perplexity(),
                scaled.standardError(),
                from.losses().covariance(to.losses()) / (from.standardError() * to.standardError()),
                difference.bootstrap(resamples, seed));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "perplexity x %.4f ± %.4f (ln %.6f ± %.6f, by bootstrap ± %.6f)",
                ratio,
                ratioError,
                logRatio,
                logRatioError,
                paired.standardError());
    }
}
