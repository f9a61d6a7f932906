package dev.nibble.metric;

import dev.nibble.core.Progress;
import dev.nibble.model.Generator;
import dev.nibble.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Two models side by side on a list of prompts: where their texts part, and what becomes of them. Both should choose
 * tokens in the same way, greedily or with one seed, else they part by chance.
 *
 * @param base name of the first model
 * @param model name of the second
 * @param most most tokens that were asked for
 * @param pairs one for each prompt, in order
 */
public record Canary(String base, String model, int most, List<Pair> pairs) {
    /** Length of the runs of tokens whose repetition is counted. */
    public static final int RUN = 4;

    /**
     * What both made of one prompt.
     *
     * @param prompt the text
     * @param baseText what the first model wrote
     * @param text what the second wrote
     * @param baseTokens number of tokens of the first text
     * @param tokens number of tokens of the second
     * @param firstDifference the first place where the tokens differ, or one text has ended; empty if they are the same
     * @param agreement share of places with the same token, of the longer text, 0 to 1; after the first difference it is
     *     mostly chance
     * @param baseRepetition share of runs of {@value #RUN} tokens of the first text that occurred in it before, 0 to 1
     * @param repetition the same of the second
     */
    public record Pair(
            String prompt,
            String baseText,
            String text,
            int baseTokens,
            int tokens,
            OptionalInt firstDifference,
            double agreement,
            double baseRepetition,
            double repetition) {
        /** Tokens of the second text over those of the first; not a number if the first is empty. */
        public double lengthDrift() {
            return baseTokens == 0 ? Double.NaN : (double) tokens / baseTokens;
        }
    }

    public Canary {
        pairs = List.copyOf(pairs);
    }

    /**
     * Lets both models go on from each prompt.
     *
     * @param tokenizer of both; BOS is put in front of prompts where it says that the model expects it
     * @param prompts texts, special tokens read as such
     * @param most most tokens of a text
     * @throws IllegalArgumentException if there are no prompts, or one has no tokens
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Canary of(
            String base,
            Generator first,
            String model,
            Generator second,
            Tokenizer tokenizer,
            List<String> prompts,
            int most,
            Progress progress) {
        if (prompts.isEmpty() || most < 1) {
            throw new IllegalArgumentException(
                    prompts.size() + " prompts and at most " + most + " tokens: expected at least one of each");
        }
        List<Pair> pairs = new ArrayList<>();
        try (Progress.Task task = progress.task("canary " + model, prompts.size(), "prompts")) {
            for (String prompt : prompts) {
                int[] tokens = tokens(tokenizer, prompt);
                int[] one = first.generate(tokens, most, progress.quiet());
                int[] two = second.generate(tokens, most, progress.quiet());
                pairs.add(pair(prompt, one, two, tokenizer));
                task.step(1);
            }
        }
        return new Canary(base, model, most, pairs);
    }

    private static int[] tokens(Tokenizer tokenizer, String prompt) {
        int[] tokens = tokenizer.encode(prompt);
        if (tokenizer.addsBos() && tokenizer.bos().isPresent()) {
            int[] with = new int[tokens.length + 1];
            with[0] = tokenizer.bos().getAsInt();
            System.arraycopy(tokens, 0, with, 1, tokens.length);
            tokens = with;
        }
        if (tokens.length == 0) {
            throw new IllegalArgumentException("a prompt has no tokens; write a text to go on from");
        }
        return tokens;
    }

    private static Pair pair(String prompt, int[] one, int[] two, Tokenizer tokenizer) {
        int longer = Math.max(one.length, two.length);
        int shorter = Math.min(one.length, two.length);
        int same = 0;
        int first = one.length == two.length ? -1 : shorter;
        for (int i = shorter - 1; i >= 0; i--) {
            if (one[i] == two[i]) {
                same++;
            } else {
                first = i;
            }
        }
        return new Pair(
                prompt,
                tokenizer.decode(one),
                tokenizer.decode(two),
                one.length,
                two.length,
                first < 0 ? OptionalInt.empty() : OptionalInt.of(first),
                longer == 0 ? 1 : (double) same / longer,
                repetition(one),
                repetition(two));
    }

    /** Share of runs of {@value #RUN} tokens that occurred before; 0 for a text without such a run. */
    static double repetition(int[] tokens) {
        Set<List<Integer>> seen = new HashSet<>();
        int again = 0;
        int runs = 0;
        for (int i = 0; i + RUN <= tokens.length; i++, runs++) {
            if (!seen.add(List.of(tokens[i], tokens[i + 1], tokens[i + 2], tokens[i + 3]))) {
                again++;
            }
        }
        return runs == 0 ? 0 : (double) again / runs;
    }

    /** Number of prompts that both went on from alike. */
    public int same() {
        return (int) pairs.stream().filter(p -> p.firstDifference().isEmpty()).count();
    }

    /** Mean number of tokens before the first difference; a text without one counts whole. */
    public double meanTokensBeforeDifference() {
        return mean(p -> p.firstDifference().orElse(p.tokens()));
    }

    /** Mean {@link Pair#agreement}. */
    public double agreement() {
        return mean(Pair::agreement);
    }

    /** Mean repetition of the first model's texts. */
    public double baseRepetition() {
        return mean(Pair::baseRepetition);
    }

    /** Mean repetition of the second model's texts. */
    public double repetition() {
        return mean(Pair::repetition);
    }

    /** All tokens of the second model over all tokens of the first. */
    public double lengthDrift() {
        return mean(Pair::tokens) / mean(Pair::baseTokens);
    }

    private double mean(ToDoubleFunction<Pair> of) {
        double sum = 0;
        for (Pair pair : pairs) {
            sum += of.applyAsDouble(pair);
        }
        return sum / pairs.size();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s beside %s on %d prompts: %d the same, %.1f tokens before they part, agreement %.1f %%, repetition"
                        + " %.1f -> %.1f %%, length x %.2f",
                model,
                base,
                pairs.size(),
                same(),
                meanTokensBeforeDifference(),
                100 * agreement(),
                100 * baseRepetition(),
                100 * repetition(),
                lengthDrift());
    }
}
