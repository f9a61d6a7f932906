package dev.nibble.metric;

import dev.nibble.core.Recipe;
import dev.nibble.core.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * How a text is cut into windows and which of their tokens are scored. Perplexities under two protocols are two
 * different quantities: LLaMA-7B has 5.68 by the GPTQ scripts and 5.91 by llama.cpp (llama.cpp, pull request 2714).
 *
 * @param kind the rule
 * @param window tokens of a window
 * @param stride tokens from the start of one window to that of the next; the window for all kinds but sliding
 */
public record Protocol(Kind kind, int window, int stride) {
    /** Largest window, in tokens; a larger one is a mistake in a number. */
    public static final int LARGEST = 1 << 24;

    /** The rules. */
    public enum Kind {
        /** llama.cpp's {@code perplexity}: windows side by side, the second half of each scored. */
        LLAMA_CPP("llama.cpp", 512),
        /** The scripts of GPTQ, AWQ and SmoothQuant: windows side by side, all but the first token of each scored. */
        GPTQ("gptq", 2048),
        /** lm-eval's {@code loglikelihood_rolling}: every token scored once, document by document. */
        LM_EVAL("lm-eval", 2048),
        /**
         * The sliding window of transformers' guide: windows overlap, every token but the first scored once. The mean is over
         * tokens; the guide weighs the mean of a window that scores n tokens by n - 1.
         */
        SLIDING("sliding", 1024);

        private final String word;
        private final int usual;

        Kind(String word, int usual) {
            this.word = word;
            this.usual = usual;
        }

        /** What it is called on the command line. */
        public String word() {
            return word;
        }

        /** The window that it is usually run with, in tokens. */
        public int usualWindow() {
            return usual;
        }
    }

    public Protocol {
        Objects.requireNonNull(kind, "kind");
        int smallest = kind == Kind.LM_EVAL ? 1 : kind == Kind.LLAMA_CPP ? 4 : 2;
        if (window < smallest || window > LARGEST) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s with windows of %,d tokens: expected %d to %,d",
                    kind.word,
                    window,
                    smallest,
                    LARGEST));
        }
        if (kind != Kind.SLIDING && stride != window) {
            throw new IllegalArgumentException(
                    kind.word + " has windows side by side: its stride is the window, " + window + ", not " + stride);
        }
        if (stride < 1 || stride > window) {
            throw new IllegalArgumentException(
                    "a stride of " + stride + " tokens: expected 1 to the window of " + window);
        }
    }

    /** llama.cpp's, with windows of so many tokens; its default is 512. */
    public static Protocol llamaCpp(int window) {
        return new Protocol(Kind.LLAMA_CPP, window, window);
    }

    /** That of the GPTQ scripts; their window is 2048. */
    public static Protocol gptq(int window) {
        return new Protocol(Kind.GPTQ, window, window);
    }

    /** lm-eval's; its window is the longest that the model takes. */
    public static Protocol lmEval(int window) {
        return new Protocol(Kind.LM_EVAL, window, window);
    }

    /** Sliding windows; transformers' guide has 1024 tokens (GPT-2's most) and a stride of 512. */
    public static Protocol sliding(int window, int stride) {
        return new Protocol(Kind.SLIDING, window, stride);
    }

    /**
     * The protocol of that name with a window and a stride.
     *
     * @param word {@code llama.cpp}, {@code gptq}, {@code lm-eval} or {@code sliding}
     * @param window tokens of a window; 0 for the usual one
     * @param stride for sliding: tokens between two windows; 0 for half a window. Others: 0 or the window
     * @throws IllegalArgumentException if there is no such protocol, with the nearest name
     */
    public static Protocol named(@Vocabulary.Of("protocol") String word, int window, int stride) {
        String wanted = word.strip().toLowerCase(Locale.ROOT);
        for (Kind kind : Kind.values()) {
            if (kind.word.equals(wanted)) {
                int tokens = window == 0 ? kind.usual : window;
                int step = stride != 0 ? stride : kind == Kind.SLIDING ? Math.max(1, tokens / 2) : tokens;
                return new Protocol(kind, tokens, step);
            }
        }
        List<String> words = Arrays.stream(Kind.values()).map(Kind::word).toList();
        String nearest = Recipe.nearest(wanted, words);
        throw new IllegalArgumentException("\"" + word.strip() + "\" is no protocol"
                + (nearest.isEmpty() ? "." : "; did you mean \"" + nearest + "\"?") + " Protocols: "
                + String.join(", ", words));
    }

    /**
     * Reads what {@link #text} writes: {@code llama.cpp}, {@code gptq:2048}, {@code sliding:1024:512}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Protocol parse(@Vocabulary.Of("protocol") String text) {
        List<String> words = new ArrayList<>(List.of(text.strip().split(":", -1)));
        if (words.size() > 3) {
            throw new IllegalArgumentException("\"" + text.strip()
                    + "\" is no protocol: expected at most a name, a window" + " and a stride, as in sliding:1024:512");
        }
        int[] numbers = new int[2];
        for (int i = 1; i < words.size(); i++) {
            try {
                numbers[i - 1] = Integer.parseInt(words.get(i));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "\"" + text.strip() + "\": \"" + words.get(i) + "\" is no number of tokens", e);
            }
            if (numbers[i - 1] < 1) {
                throw new IllegalArgumentException("\"" + text.strip() + "\": " + numbers[i - 1] + " tokens");
            }
        }
        return named(words.getFirst(), numbers[0], numbers[1]);
    }

    /** Completes the names of protocols. */
    public static final class Words implements Vocabulary {
        @Override
        public String name() {
            return "protocol";
        }

        @Override
        public List<Word> complete(String typed, Object owner) {
            return Arrays.stream(Kind.values())
                    .filter(kind -> kind.word.startsWith(typed))
                    .map(kind -> new Word(kind.word, named(kind.word, 0, 0).describe()))
                    .toList();
        }
    }

    /** The short form, for keys and tables: {@code llama.cpp:512}, {@code sliding:1024:512}. */
    public String text() {
        return kind.word + ":" + window + (kind == Kind.SLIDING ? ":" + stride : "");
    }

    /** What is done, in one sentence: window, stride, which tokens are scored, where a BOS token stands. */
    public String describe() {
        return switch (kind) {
            case LLAMA_CPP ->
                String.format(
                        Locale.ROOT,
                        "llama.cpp: windows of %d tokens side by side, the last %d of each scored; a model that expects a"
                                + " BOS token has it in place of the first token of each window",
                        window,
                        window - window / 2 - 1);
            case GPTQ ->
                String.format(
                        Locale.ROOT,
                        "gptq: windows of %d tokens side by side, the last %d of each scored; a model that expects a BOS"
                                + " token has it once, in front of the text",
                        window,
                        window - 1);
            case LM_EVAL ->
                String.format(
                        Locale.ROOT,
                        "lm-eval: every token of each document scored once, in windows of %d tokens side by side; BOS (or"
                                + " EOS, for a model without) in front of each document, which is what its first token is"
                                + " predicted from",
                        window);
            case SLIDING ->
                String.format(
                        Locale.ROOT,
                        "sliding: windows of %d tokens, one every %d, every token but the first%s scored once, with as much"
                                + " context as its window has; a model that expects a BOS token has it in front of the text",
                        window,
                        stride,
                        stride == window ? " of each window" : "");
        };
    }

    @Override
    public String toString() {
        return text();
    }
}
