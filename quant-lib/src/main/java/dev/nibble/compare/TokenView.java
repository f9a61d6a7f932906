package dev.nibble.compare;

import dev.nibble.compute.LogSums;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.metric.Evaluation;
import dev.nibble.metric.LogProbabilities;
import dev.nibble.metric.Protocol;
import dev.nibble.model.LogitsSource;
import dev.nibble.model.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.PriorityQueue;

/**
 * A text under two models, token by token: how far their distributions are apart where the token came, and what each
 * would have said. Every token is scored once, with what comes
 * before it, in windows of at most {@value #WINDOW} tokens; the first only by a model that has a token to begin texts with.
 *
 * @param base name of the first model, whose distribution divergences are from
 * @param other name of the second
 * @param tokens in the order of the text
 */
public record TokenView(String base, String other, List<Token> tokens) {
    /** Most tokens of a text. */
    public static final int MOST = 2_000;
    /** Most tokens that a model looks back at. */
    public static final int WINDOW = 512;
    /** Tokens that are shown of a distribution. */
    public static final int SHOWN = 5;

    /**
     * What a model finds probable.
     *
     * @param id number of the token
     * @param text of it; bytes that are no UTF-8 alone are U+FFFD
     * @param probability 0 to 1
     */
    public record Guess(int id, String text, double probability) {}

    /**
     * A token of the text.
     *
     * @param id its number
     * @param text of it; bytes that are no UTF-8 alone are U+FFFD
     * @param kl divergence of the second model's distribution from the first's in front of it, in nats
     * @param before probability of this token under the first model, 0 to 1
     * @param after the same under the second
     * @param baseTop the first model's most probable tokens
     * @param otherTop the second's
     */
    public record Token(
            int id, String text, double kl, double before, double after, List<Guess> baseTop, List<Guess> otherTop) {
        public Token {
            baseTop = List.copyOf(baseTop);
            otherTop = List.copyOf(otherTop);
        }

        /** Change of the probability, in percentage points. */
        public double deltaP() {
            return 100 * (after - before);
        }

        /** Whether both find the same token most probable. */
        public boolean sameTop() {
            return baseTop.getFirst().id() == otherTop.getFirst().id();
        }
    }

    public TokenView {
        Objects.requireNonNull(base, "base");
        Objects.requireNonNull(other, "other");
        tokens = List.copyOf(tokens);
    }

    /**
     * Runs both models over a text.
     *
     * @throws IllegalArgumentException if the text has no token or more than {@value #MOST}, or the models have other
     *     tokenizers or vocabularies
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static TokenView of(LogitsSource base, LogitsSource other, String text, Progress progress) {
        Tokenizer tokenizer = base.tokenizer();
        int[] tokens = tokenizer.encode(text, false);
        if (tokens.length == 0 || tokens.length > MOST) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "the text has %,d tokens; expected 1 to %,d of them", tokens.length, MOST));
        }
        if (base.vocabulary() != other.vocabulary()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s has %,d logits, %s has %,d: they can not be compared token by token",
                    base.name(),
                    base.vocabulary(),
                    other.name(),
                    other.vocabulary()));
        }
        int window = Math.min(WINDOW, Math.min(base.contextLength(), other.contextLength()));
        boolean begins = tokenizer.bos().isPresent() || tokenizer.eos().isPresent();
        Protocol protocol = begins ? Protocol.lmEval(window) : Protocol.sliding(window, Math.max(1, window / 2));
        Evaluation evaluation = Evaluation.of(tokenizer, protocol, List.of(tokens), 0);
        int skipped = tokens.length - evaluation.scored();
        try (LogProbabilities first = LogProbabilities.record(base, evaluation, progress);
                LogProbabilities second = LogProbabilities.record(other, evaluation, progress)) {
            Token[] all = new Token[evaluation.scored()];
            Parallel.ranges(all.length, 1, progress.cancelToken(), "compare tokens", (from, to) -> {
                for (int i = from; i < to; i++) {
                    all[i] = token(
                            tokenizer, tokens[skipped + i], first.logProbabilities(i), second.logProbabilities(i));
                }
            });
            return new TokenView(base.name(), other.name(), Arrays.asList(all));
        }
    }

    private static Token token(Tokenizer tokenizer, int id, double[] p, double[] q) {
        double kl = 0;
        for (int i = 0; i < p.length; i++) {
            if (p[i] > Double.NEGATIVE_INFINITY) {
                kl += LogSums.exp(p[i]) * (p[i] - q[i]);
            }
        }
        return new Token(
                id,
                text(tokenizer, id),
                Math.max(0, kl), // rounding can leave -1e-16
                LogSums.exp(p[id]),
                LogSums.exp(q[id]),
                top(tokenizer, p),
                top(tokenizer, q));
    }

    private static List<Guess> top(Tokenizer tokenizer, double[] log) {
        Comparator<Integer> better =
                Comparator.comparingDouble((Integer i) -> -log[i]).thenComparingInt(i -> i);
        PriorityQueue<Integer> best = new PriorityQueue<>(better.reversed());
        for (int i = 0; i < log.length; i++) {
            if (best.size() < SHOWN) {
                best.add(i);
            } else if (log[i] > log[best.peek()]) {
                best.poll();
                best.add(i);
            }
        }
        List<Integer> ids = new ArrayList<>(best);
        ids.sort(better);
        return ids.stream()
                .map(i -> new Guess(i, i < tokenizer.vocabulary() ? text(tokenizer, i) : "", LogSums.exp(log[i])))
                .toList();
    }

    private static String text(Tokenizer tokenizer, int id) {
        return new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
    }

    /** Mean divergence, in nats per token. */
    public double meanKl() {
        return tokens.stream().mapToDouble(Token::kl).sum() / tokens.size();
    }

    /** The tokens where the distributions are farthest apart, farthest first. */
    public List<Token> farthest(int count) {
        return tokens.stream()
                .sorted(Comparator.comparingDouble(Token::kl).reversed())
                .limit(count)
                .toList();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s against %s: %,d tokens, KL %.4f nats each, the same first choice at %,d",
                other,
                base,
                tokens.size(),
                meanKl(),
                tokens.stream().filter(Token::sameTop).count());
    }
}
