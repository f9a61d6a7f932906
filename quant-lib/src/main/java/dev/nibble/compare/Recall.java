package dev.nibble.compare;

import dev.nibble.compute.LogSums;
import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource;
import dev.nibble.model.LogitsSource.Window;
import dev.nibble.model.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * How well a model finds again what it read long ago, before and after quantization. A sample is a phrase of
 * {@value #PHRASE} random tokens, then other random tokens, then the phrase again, its second beginning {@code distance}
 * tokens behind its first; scored is the probability of the last {@value #SCORED} tokens of the second, each after those
 * before it. Random tokens can not be guessed but by looking back. All are ordinary tokens, drawn alike with a seed:
 * those of at least two ASCII letters, with or without a space in front, special ones left out; no token comes
 * twice but by the phrase. Both models read the same samples.
 *
 * @param base name of the first model
 * @param other name of the second
 * @param samples at each distance
 * @param points in order of distance
 */
public record Recall(String base, String other, int samples, List<Point> points) {
    /** Tokens of a phrase. */
    public static final int PHRASE = 8;
    /** Tokens of its second time that are scored. */
    public static final int SCORED = 4;
    /** Samples of the usual evaluation, at each distance. */
    public static final int SAMPLES = 16;
    /** Most samples at a distance. */
    public static final int MOST = 10_000;

    /**
     * The mean probability over samples at a distance, 0 to 1. Errors are one standard error over samples.
     *
     * @param distance in tokens
     * @param base of the first model
     * @param baseError of it
     * @param other of the second
     * @param otherError of it
     * @param change second less first
     * @param changeError of it, the same samples in pairs
     */
    public record Point(
            int distance,
            double base,
            double baseError,
            double other,
            double otherError,
            double change,
            double changeError) {}

    public Recall {
        Objects.requireNonNull(base, "base");
        Objects.requireNonNull(other, "other");
        points = List.copyOf(points);
    }

    /**
     * Runs both models.
     *
     * @param distances at least {@value #PHRASE} each; samples are that and {@value #PHRASE} tokens long
     * @param samples at each distance, at least 2
     * @param seed of the draws
     * @throws IllegalArgumentException if a distance is too short, too long for a model or asks for more tokens than
     *     there are, or the models have other tokenizers
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Recall of(
            LogitsSource base, LogitsSource other, List<Integer> distances, int samples, long seed, Progress progress) {
        if (samples < 2 || samples > MOST) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%,d samples: expected 2 to %,d", samples, MOST));
        }
        if (!base.tokenizer().identity().equals(other.tokenizer().identity())) {
            throw new IllegalArgumentException(base.name() + " and " + other.name() + " cut text differently");
        }
        int[] ordinary = ordinary(base.tokenizer(), Math.min(base.vocabulary(), other.vocabulary()));
        int context = Math.min(base.contextLength(), other.contextLength());
        List<Window> windows = new ArrayList<>();
        for (int distance : distances) {
            check(distance, ordinary.length, context);
            for (int s = 0; s < samples; s++) {
                windows.add(window(base.tokenizer(), ordinary, distance, seed + s));
            }
        }
        double[] first = run(base, windows, progress);
        double[] second = run(other, windows, progress);
        List<Point> points = new ArrayList<>();
        for (int d = 0; d < distances.size(); d++) {
            double[] p = Arrays.copyOfRange(first, d * samples, (d + 1) * samples);
            double[] q = Arrays.copyOfRange(second, d * samples, (d + 1) * samples);
            double[] change = new double[samples];
            for (int s = 0; s < samples; s++) {
                change[s] = q[s] - p[s];
            }
            points.add(new Point(distances.get(d), mean(p), error(p), mean(q), error(q), mean(change), error(change)));
        }
        return new Recall(base.name(), other.name(), samples, points);
    }

    private static void check(int distance, int ordinary, int context) {
        int most = Math.min(ordinary, context - PHRASE - 1);
        if (distance < PHRASE || distance > most) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a distance of %,d tokens; expected %d to %,d for these models (context %,d, %,d ordinary tokens)",
                    distance,
                    PHRASE,
                    most,
                    context,
                    ordinary));
        }
    }

    /** Tokens of at least two ASCII letters, with or without a space in front. */
    private static int[] ordinary(Tokenizer tokenizer, int vocabulary) {
        Set<Integer> ends = new HashSet<>();
        tokenizer.bos().ifPresent(ends::add);
        tokenizer.eos().ifPresent(ends::add);
        int count = Math.min(vocabulary, tokenizer.vocabulary());
        List<Integer> found = new ArrayList<>();
        for (int id = 0; id < count; id++) {
            String text = new String(tokenizer.bytes(id), StandardCharsets.ISO_8859_1);
            if (!ends.contains(id) && text.matches(" ?[A-Za-z]{2,}")) {
                found.add(id);
            }
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The first of a shuffle, the phrase again behind them. */
    private static Window window(Tokenizer tokenizer, int[] ordinary, int distance, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int[] pool = ordinary.clone();
        OptionalInt bos = tokenizer.addsBos() ? tokenizer.bos() : OptionalInt.empty();
        int start = bos.isPresent() ? 1 : 0;
        int[] tokens = new int[start + distance + PHRASE];
        bos.ifPresent(id -> tokens[0] = id);
        for (int i = 0; i < distance; i++) {
            int drawn = i + random.nextInt(pool.length - i);
            int swapped = pool[i];
            pool[i] = pool[drawn];
            pool[drawn] = swapped;
            tokens[start + i] = pool[i];
        }
        System.arraycopy(tokens, start, tokens, start + distance, PHRASE);
        return new Window(tokens, tokens.length - SCORED - 1);
    }

    /** Mean probability of the scored tokens of each window. */
    private static double[] run(LogitsSource model, List<Window> windows, Progress progress) {
        double[] means = new double[windows.size()];
        int vocabulary = model.vocabulary();
        model.logits(windows, progress, (w, position, count, logits, at) -> {
            Window window = windows.get(w);
            for (int i = 0; i < count && position + i + 1 < window.length(); i++) {
                means[w] +=
                        probability(logits, at + i * vocabulary, vocabulary, window.token(position + i + 1)) / SCORED;
            }
        });
        return means;
    }

    private static double probability(float[] logits, int at, int count, int token) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, logits[at + i]);
        }
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += LogSums.exp((double) logits[at + i] - max);
        }
        return LogSums.exp((double) logits[at + token] - max) / sum;
    }

    private static double mean(double[] x) {
        double sum = 0;
        for (double v : x) {
            sum += v;
        }
        return sum / x.length;
    }

    private static double error(double[] x) {
        double mean = mean(x);
        double sum = 0;
        for (double v : x) {
            sum += (v - mean) * (v - mean);
        }
        return Math.sqrt(sum / (x.length - 1) / x.length);
    }

    /** What the points say, in words. */
    public String verdict() {
        if (points.stream().allMatch(p -> p.change() == 0 && p.changeError() == 0)) {
            return other + " finds again exactly what " + base + " does.";
        }
        List<Point> apart = points.stream()
                .filter(p -> Math.abs(p.change()) > 2 * p.changeError())
                .toList();
        if (apart.isEmpty()) {
            return "No change is more than two of its standard errors.";
        }
        return "More than two of their standard errors: "
                + String.join(
                        ", ",
                        apart.stream()
                                .map(p -> String.format(
                                        Locale.ROOT,
                                        "%+.3f ± %.3f at %,d tokens",
                                        p.change(),
                                        p.changeError(),
                                        p.distance()))
                                .toList())
                + ".";
    }

    @Override
    public String toString() {
        return base + " against " + other + ", probability of a phrase read before: "
                + String.join(
                        "; ",
                        points.stream()
                                .map(p -> String.format(
                                        Locale.ROOT,
                                        "%,d tokens %.3f ± %.3f -> %.3f ± %.3f",
                                        p.distance(),
                                        p.base(),
                                        p.baseError(),
                                        p.other(),
                                        p.otherError()))
                                .toList());
    }
}
