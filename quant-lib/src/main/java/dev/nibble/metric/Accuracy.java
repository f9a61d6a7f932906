package dev.nibble.metric;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Parallel;
import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource;
import dev.nibble.model.LogitsSource.Window;
import dev.nibble.model.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * The share of questions whose right choice a model finds most probable. A choice is scored by the sum of the
 * log-probabilities of its tokens behind the prompt, as lm-eval does: {@code acc} compares the sums, {@code acc_norm} the
 * sums over the length of the choice in characters (code points), {@code acc_bytes} over its length in UTF-8 bytes. Of
 * equals the first choice counts.
 *
 * @param model what answered
 * @param questions name of the set
 * @param prompts how they were asked
 * @param all of the questions
 * @param subjects the same for the questions of each subject, if there are several
 * @param answers what was answered, in the order of the questions
 */
public record Accuracy(
        String model,
        String questions,
        Prompts prompts,
        Shares all,
        Map<String, Shares> subjects,
        List<Answer> answers) {

    /** How a choice is preferred. */
    public enum Measure {
        /** By the sum of log-probabilities. */
        ACC("acc"),
        /** By that sum over the number of code points. */
        ACC_NORM("acc_norm"),
        /** By that sum over the number of UTF-8 bytes. */
        ACC_BYTES("acc_bytes");

        private final String word;

        Measure(String word) {
            this.word = word;
        }

        /** lm-eval's name for it. */
        public String word() {
            return word;
        }
    }

    /**
     * Shares of right answers, 0 to 1.
     *
     * @param count number of questions
     */
    public record Shares(int count, double acc, double accNorm, double accBytes) {
        /** The share by a measure. */
        public double of(Measure measure) {
            return switch (measure) {
                case ACC -> acc;
                case ACC_NORM -> accNorm;
                case ACC_BYTES -> accBytes;
            };
        }

        /** Standard error of a share, root of p (1 - p) / (n - 1); not a number for one question. */
        public double error(Measure measure) {
            double p = of(measure);
            return count < 2 ? Double.NaN : StrictMath.sqrt(p * (1 - p) / (count - 1));
        }

        /** {@code acc 67.86 ± 6.30 % acc_norm … acc_bytes … of 56}. */
        @Override
        public String toString() {
            var text = new StringBuilder();
            for (Measure measure : Measure.values()) {
                text.append(String.format(
                        Locale.ROOT, "%s %.2f ± %.2f %% ", measure.word(), 100 * of(measure), 100 * error(measure)));
            }
            return text.append("of ").append(count).toString();
        }
    }

    /**
     * What a model made of one question.
     *
     * @param question the question
     * @param logLikelihoods of each choice, in nats
     */
    public record Answer(Question question, List<Double> logLikelihoods) {
        public Answer {
            Objects.requireNonNull(question, "question");
            logLikelihoods = List.copyOf(logLikelihoods);
        }

        /** The choice that is preferred, the first of equals. */
        public int choice(Measure measure) {
            int best = 0;
            for (int i = 1; i < logLikelihoods.size(); i++) {
                if (score(i, measure) > score(best, measure)) {
                    best = i;
                }
            }
            return best;
        }

        /** Whether that is the right one. */
        public boolean isRight(Measure measure) {
            return choice(measure) == question.answer();
        }

        private double score(int choice, Measure measure) {
            String text = question.choices().get(choice);
            double sum = logLikelihoods.get(choice);
            return switch (measure) {
                case ACC -> sum;
                case ACC_NORM -> sum / text.codePointCount(0, text.length());
                case ACC_BYTES -> sum / text.getBytes(StandardCharsets.UTF_8).length;
            };
        }
    }

    public Accuracy {
        subjects = Collections.unmodifiableMap(new LinkedHashMap<>(subjects));
        answers = List.copyOf(answers);
    }

    /** Asks a model, with the questions in front of each taken from the same set. */
    public static Accuracy of(LogitsSource model, Questions questions, Prompts prompts, Progress progress) {
        return of(model, questions, prompts, questions, progress);
    }

    /**
     * Asks a model.
     *
     * @param examples where the answered questions in front of each are taken from, never the one that is asked
     * @param progress where the work is shown, and where a stop may be asked for
     * @throws NotFiniteLogits if the model computes what is no number
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Accuracy of(
            LogitsSource model, Questions questions, Prompts prompts, Questions examples, Progress progress) {
        List<Window> windows = new ArrayList<>();
        List<int[]> targets = new ArrayList<>();
        CancelToken cancel = progress.cancelToken();
        for (int q = 0; q < questions.all().size(); q++) {
            cancel.check(questions.name());
            Question question = questions.all().get(q);
            String context = prompts.text(questions, q, examples);
            for (int c = 0; c < question.choices().size(); c++) {
                Pair pair = Pair.of(model.tokenizer(), context, prompts.continuation(question, c));
                if (pair.scored() > model.contextLength()) {
                    throw new IllegalArgumentException(String.format(
                            Locale.ROOT,
                            "question %,d of %s: choice %d has %,d tokens, %s takes at most %,d",
                            q + 1,
                            questions.name(),
                            c,
                            pair.scored(),
                            model.name(),
                            model.contextLength()));
                }
                windows.add(pair.window(model.contextLength()));
                targets.add(pair.last());
            }
        }
        double[][] losses = new double[windows.size()][];
        for (int w = 0; w < losses.length; w++) {
            losses[w] = new double[targets.get(w).length];
        }
        int vocabulary = model.vocabulary();
        model.logits(windows, progress, (window, position, count, logits, at) -> {
            int first = position - windows.get(window).from();
            Parallel.ranges(count, 1, cancel, model.name(), (from, to) -> {
                for (int i = from; i < to; i++) {
                    LogSoftmax.Row row = LogSoftmax.of(logits, at + i * vocabulary, vocabulary);
                    if (!row.isFinite()) {
                        throw new NotFiniteLogits(model.name() + " computes logits that are not finite for "
                                + questions.name() + ": its weights, or what they were quantized to, overflow");
                    }
                    int target = targets.get(window)[first + i];
                    losses[window][first + i] = logits[at + i * vocabulary + target] - row.logSum();
                }
            });
        });
        List<Answer> answers = new ArrayList<>();
        int window = 0;
        for (Question question : questions.all()) {
            List<Double> sums = new ArrayList<>();
            for (int c = 0; c < question.choices().size(); c++) {
                double sum = 0;
                for (double loss : losses[window]) {
                    sum += loss;
                }
                sums.add(sum);
                window++;
            }
            answers.add(new Answer(question, sums));
        }
        return of(model.name(), questions, prompts, answers);
    }

    static Accuracy of(String model, Questions questions, Prompts prompts, List<Answer> answers) {
        Map<String, Shares> subjects = new LinkedHashMap<>();
        if (questions.subjects().size() > 1) {
            for (String subject : questions.subjects()) {
                subjects.put(
                        subject, shares(answers, a -> a.question().subject().equals(subject)));
            }
        }
        return new Accuracy(model, questions.name(), prompts, shares(answers, a -> true), subjects, answers);
    }

    private static Shares shares(List<Answer> answers, Predicate<Answer> which) {
        List<Answer> some = answers.stream().filter(which).toList();
        return new Shares(
                some.size(), share(some, Measure.ACC), share(some, Measure.ACC_NORM), share(some, Measure.ACC_BYTES));
    }

    private static double share(List<Answer> answers, Measure measure) {
        return (double) answers.stream().filter(a -> a.isRight(measure)).count() / answers.size();
    }

    /** A prompt and what goes on behind it, as tokens; which of them belong to which is lm-eval's rule. */
    private record Pair(int[] tokens, int scored) {
        /**
         * Blanks at the end of the prompt go to the continuation; both are encoded together, and what is longer than the
         * prompt alone is scored, at least one token. In front stands BOS if the model expects it, and BOS or EOS if the
         * prompt is empty.
         */
        static Pair of(Tokenizer tokenizer, String prompt, String continuation) {
            int end = prompt.length();
            while (end > 0 && Spaces.isSpace(prompt.charAt(end - 1))) {
                end--;
            }
            String context = prompt.substring(0, end);
            int[] whole = tokenizer.encode(prompt + continuation, false);
            int before = tokenizer.encode(context, false).length;
            if (whole.length == 0) {
                throw new IllegalArgumentException("\"" + continuation + "\" has no tokens");
            }
            int scored = Math.max(1, whole.length - before);
            OptionalInt first = tokenizer.addsBos() || scored == whole.length
                    ? tokenizer.bos().isPresent() ? tokenizer.bos() : tokenizer.eos()
                    : OptionalInt.empty();
            if (first.isEmpty()) {
                if (scored == whole.length) {
                    throw new IllegalArgumentException("an empty prompt, and a model without BOS and EOS ("
                            + tokenizer.describe() + "): there is nothing to predict the first token from");
                }
                return new Pair(whole, scored);
            }
            int[] tokens = new int[whole.length + 1];
            tokens[0] = first.getAsInt();
            System.arraycopy(whole, 0, tokens, 1, whole.length);
            return new Pair(tokens, scored);
        }

        /** All but the last token; of what is too long for the model, the end. */
        Window window(int most) {
            int count = Math.min(tokens.length - 1, most);
            int[] input = new int[count];
            System.arraycopy(tokens, tokens.length - 1 - count, input, 0, count);
            return new Window(input, count - scored);
        }

        /** The tokens that are scored. */
        int[] last() {
            int[] last = new int[scored];
            System.arraycopy(tokens, tokens.length - scored, last, 0, scored);
            return last;
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s on %s (%s): %s", model, questions, prompts, all);
    }
}
