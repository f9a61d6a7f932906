package dev.nibble.metric;

import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How badly a model is surprised by a text: the exponential of its mean loss per token, with all that says what number
 * this is. Two of them are compared by {@link PerplexityChange#of}, which refuses what can not be compared.
 *
 * @param model what it was computed with
 * @param protocol how the text was cut and scored
 * @param tokenizer {@link dev.nibble.model.tokenizer.Tokenizer#identity} of what cut it
 * @param data {@link Evaluation#hash} of the scored tokens
 * @param nll mean negative log-likelihood per scored token, in nats
 * @param standardError of nll, if tokens were independent, as llama.cpp reports it
 * @param entropy mean entropy of the model's distributions, in nats
 * @param bytes of the scored text
 * @param words of the text as lm-eval counts them; 0 under other protocols, and where not all windows were run
 * @param losses of each token, in nats
 */
public record Perplexity(
        String model,
        Protocol protocol,
        String tokenizer,
        String data,
        double nll,
        double standardError,
        double entropy,
        long bytes,
        long words,
        Scores losses) {

    public Perplexity {
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(losses, "losses");
    }

    /** Perplexity of a text, all of it, under the progress of whoever runs the calling thread. */
    public static Perplexity of(LogitsSource model, String text, Protocol protocol) {
        return of(model, Evaluation.of(model.tokenizer(), text, protocol), Progress.current());
    }

    /**
     * Runs a model over the windows of an evaluation. The loss of a token is computed in double from float32 logits.
     *
     * @param progress where the work is shown, and where a stop may be asked for
     * @throws IllegalArgumentException if the tokens were cut by another tokenizer, or the windows are too long
     * @throws NotFiniteLogits if the model computes what is no number
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Perplexity of(LogitsSource model, Evaluation evaluation, Progress progress) {
        double[] losses = new double[evaluation.scored()];
        double[] entropies = new double[evaluation.scored()];
        evaluation.run(model, progress, (row, target, logits, at) -> {
            LogSoftmax.Row sum = finite(model, evaluation, row, logits, at);
            losses[row] = sum.logSum() - logits[at + target];
            entropies[row] = sum.entropy();
        });
        return of(model.name(), evaluation, Scores.of(losses, evaluation), Scores.of(entropies, evaluation));
    }

    static LogSoftmax.Row finite(LogitsSource model, Evaluation evaluation, int row, float[] logits, int at) {
        LogSoftmax.Row sum = LogSoftmax.of(logits, at, model.vocabulary());
        if (!sum.isFinite()) {
            throw new NotFiniteLogits(model.name() + " computes logits that are not finite at "
                    + evaluation.place(row) + " of " + evaluation.protocol()
                    + ": its weights, or what they were quantized to, overflow");
        }
        return sum;
    }

    static Perplexity of(String model, Evaluation evaluation, Scores losses, Scores entropies) {
        return new Perplexity(
                model,
                evaluation.protocol(),
                evaluation.tokenizer(),
                evaluation.hash(),
                losses.mean(),
                losses.standardError(),
                entropies.mean(),
                evaluation.bytes(),
                evaluation.words(),
                losses);
    }

    /** exp(nll). */
    public double perplexity() {
        return StrictMath.exp(nll);
    }

    /** What stands behind the ±: perplexity times the standard error of nll, as llama.cpp prints it. */
    public double plusMinus() {
        return perplexity() * standardError;
    }

    /** Number of scored tokens. */
    public int tokens() {
        return losses.size();
    }

    /** Number of windows. */
    public int windows() {
        return losses.windows();
    }

    /** Bits that the model needs for a byte of the text: what can be compared across tokenizers. */
    public double bitsPerByte() {
        return nll * tokens() / (bytes * StrictMath.log(2));
    }

    /** lm-eval's byte_perplexity: 2 to the power of {@link #bitsPerByte}. */
    public double bytePerplexity() {
        return StrictMath.exp(nll * tokens() / bytes);
    }

    /** lm-eval's word_perplexity; not a number under other protocols, or where not all windows were run. */
    public double wordPerplexity() {
        return words == 0 ? Double.NaN : StrictMath.exp(nll * tokens() / words);
    }

    /** The perplexity of the first window, the first two, …, as llama.cpp prints while it runs. */
    public DoubleStream running() {
        return IntStream.rangeClosed(1, windows()).mapToDouble(w -> StrictMath.exp(losses.meanOfWindows(w)));
    }

    /**
     * Refuses another perplexity that is a different quantity.
     *
     * @throws IllegalArgumentException if protocol, tokenizer or scored tokens differ; the message says what can be
     *     compared instead
     */
    public void requireComparable(Perplexity other) {
        requireSameProtocol(other);
        if (!tokenizer.equals(other.tokenizer)) {
            throw new IllegalArgumentException(model + " and " + other.model
                    + " cut text into different tokens, so a perplexity per token of one says nothing of the other;"
                    + " bitsPerByte() can be compared");
        }
        if (!data.equals(other.data)) {
            throw new IllegalArgumentException(
                    model + " and " + other.model + " were not run on the same tokens: take one Evaluation for both");
        }
    }

    private void requireSameProtocol(Perplexity other) {
        if (!protocol.equals(other.protocol)) {
            throw new IllegalArgumentException("perplexities under " + protocol + " (" + model + ") and "
                    + other.protocol + " (" + other.model
                    + ") are different quantities and can not be compared; run both under one protocol");
        }
    }

    /**
     * By how much this model needs more bits per byte than another, whatever their tokenizers.
     *
     * @throws IllegalArgumentException if the protocols differ
     */
    public double bitsPerByteAbove(Perplexity other) {
        requireSameProtocol(other);
        return bitsPerByte() - other.bitsPerByte();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: perplexity %.4f ± %.4f (%s, %,d tokens in %,d windows, nll %.6f ± %.6f, %.4f bits per byte)",
                model,
                perplexity(),
                plusMinus(),
                protocol,
                tokens(),
                windows(),
                nll,
                standardError,
                bitsPerByte());
    }
}
