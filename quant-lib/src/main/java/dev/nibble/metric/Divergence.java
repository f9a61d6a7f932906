package dev.nibble.metric;

import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource;
import java.util.Locale;

/**
 * How far a model's distributions are from those of a baseline, token by token: what llama.cpp's {@code perplexity
 * --kl-divergence} reports, without its cut at 16 nats. Errors are llama.cpp's, which take tokens to be independent, and
 * by drawing windows or documents, which does not.
 *
 * @param baseline its name
 * @param model name of the model
 * @param before perplexity of the baseline
 * @param after perplexity of the model
 * @param change from one to the other
 * @param kl Kullback-Leibler divergence of the model from the baseline, in nats per token
 * @param klPaired its mean with the error bar of the bootstrap
 * @param deltaP by how much more probable the model found the token that came, in percentage points
 * @param rmsDeltaP root of the mean square of that, in percentage points
 * @param rmsDeltaPError its standard error, to first order
 * @param sameTop share of tokens where both find the same one most probable, 0 to 1
 * @param sameTopError its standard error
 * @param baseEntropy mean entropy of the baseline's distributions, in nats
 * @param entropy mean entropy of the model's, in nats
 * @param klOfTokens divergence at each token, in nats
 * @param deltaPOfTokens change of the probability of each token, in percentage points
 * @param sameTopOfTokens 1 where both find the same token most probable, else 0
 */
public record Divergence(
        String baseline,
        String model,
        Perplexity before,
        Perplexity after,
        PerplexityChange change,
        Distribution kl,
        Bootstrap klPaired,
        Distribution deltaP,
        double rmsDeltaP,
        double rmsDeltaPError,
        double sameTop,
        double sameTopError,
        double baseEntropy,
        double entropy,
        Scores klOfTokens,
        Scores deltaPOfTokens,
        Scores sameTopOfTokens) {

    /** Runs a model over what a baseline was recorded on, with the usual bootstrap. */
    public static Divergence of(LogProbabilities base, LogitsSource model, Progress progress) {
        return of(base, model, Bootstrap.RESAMPLES, Bootstrap.SEED, progress);
    }

    /**
     * Runs a model over what a baseline was recorded on.
     *
     * @param resamples of the bootstrap
     * @param seed of its draws
     * @param progress where the work is shown, and where a stop may be asked for
     * @throws IllegalArgumentException if the model has another tokenizer or vocabulary
     * @throws NotFiniteLogits if the model computes what is no number
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Divergence of(
            LogProbabilities base, LogitsSource model, int resamples, long seed, Progress progress) {
        Evaluation evaluation = base.evaluation();
        int vocabulary = model.vocabulary();
        if (vocabulary != base.vocabulary()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s has %,d logits, the baseline %s has %,d: they can not be compared token by token",
                    model.name(),
                    vocabulary,
                    base.model(),
                    base.vocabulary()));
        }
        int tokens = evaluation.scored();
        double[] losses = new double[tokens];
        double[] entropies = new double[tokens];
        double[] baseEntropies = new double[tokens];
        double[] kl = new double[tokens];
        double[] delta = new double[tokens];
        double[] same = new double[tokens];
        evaluation.run(model, progress, (row, target, q, at) -> {
            LogSoftmax.Row its = Perplexity.finite(model, evaluation, row, q, at);
            LogSoftmax.Row was = base.summary(row);
            float[] p = new float[vocabulary];
            base.logits(row, p);
            losses[row] = its.logSum() - q[at + target];
            entropies[row] = its.entropy();
            baseEntropies[row] = was.entropy();
            kl[row] = LogSoftmax.divergence(p, 0, was.logSum(), q, at, its.logSum(), vocabulary);
            delta[row] = LogSoftmax.exp(q[at + target] - its.logSum()) - LogSoftmax.exp(p[target] - was.logSum());
            same[row] = its.top() == was.top() ? 1 : 0;
        });
        Perplexity before = base.perplexity();
        Perplexity after = Perplexity.of(
                model.name(), evaluation, Scores.of(losses, evaluation), Scores.of(entropies, evaluation));
        Scores kls = Scores.of(kl, evaluation);
        Scores deltas = Scores.of(delta, evaluation);
        Scores sames = Scores.of(same, evaluation);
        Scores squares = deltas.squared();
        double rms = StrictMath.sqrt(squares.mean());
        double share = sames.mean();
        return new Divergence(
                base.model(),
                model.name(),
                before,
                after,
                PerplexityChange.of(before, after, resamples, seed),
                Distribution.of(kls),
                kls.bootstrap(resamples, seed),
                Distribution.of(deltas).times(100),
                100 * rms,
                rms == 0 ? 0 : 100 * 0.5 / rms * squares.standardError(),
                share,
                StrictMath.sqrt(share * (1 - share) / (tokens - 1)),
                before.entropy(),
                after.entropy(),
                kls,
                deltas.times(100),
                sames);
    }

    /** Number of tokens that were compared. */
    public int tokens() {
        return klOfTokens.size();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s against %s (%s, %,d tokens): KL %.6f ± %.6f nats (bootstrap ± %.6f), RMS Δp %.3f ± %.3f %%, same top"
                        + " %.2f ± %.2f %%, %s, entropy %.4f -> %.4f nats",
                model,
                baseline,
                before.protocol(),
                tokens(),
                kl.mean(),
                kl.standardError(),
                klPaired.standardError(),
                rmsDeltaP,
                rmsDeltaPError,
                100 * sameTop,
                100 * sameTopError,
                change,
                baseEntropy,
                entropy);
    }
}
