package dev.nibble.model;

import dev.nibble.core.Progress;
import dev.nibble.model.tokenizer.Tokenizer;
import java.util.List;

/** What gives the logits of every next token: a language model, or in a test a table. */
public interface LogitsSource {
    /** What tables call it. */
    String name();

    /** What makes tokens of text for it. */
    Tokenizer tokenizer();

    /** Number of logits of a position. */
    int vocabulary();

    /** Most tokens of a window. */
    int contextLength();

    /**
     * Runs windows, each on its own, and hands out the logits of some of their positions. The numbers of a window depend
     * on nothing but its tokens: not on the other windows, the number of threads or the machine.
     *
     * @param windows what to run
     * @param progress where the work is shown, and where a stop may be asked for
     * @param sink told the logits, on the calling thread
     * @throws IllegalArgumentException if a window is longer than {@link #contextLength} or has a token outside of the
     *     vocabulary
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    void logits(List<Window> windows, Progress progress, LogitsSink sink);

    /** Takes logits. */
    @FunctionalInterface
    interface LogitsSink {
        /**
         * The logits of {@code count} positions of a window, in order of windows and positions; every position asked for is
         * handed out once.
         *
         * @param window its place in the list
         * @param position the first of the positions; its logits are of the token at {@code position + 1}
         * @param count how many
         * @param logits [count, vocabulary] beginning at {@code at}; written over after the call
         */
        void accept(int window, int position, int count, float[] logits, int at);
    }

    /** Tokens that are run together, and the first position whose logits are wanted. */
    final class Window {
        private final int[] tokens;
        private final int from;

        /**
         * @param tokens at least one
         * @param from first position whose logits are wanted; as many as there are tokens for none
         * @throws IllegalArgumentException if there are no tokens, or {@code from} is not among them
         */
        public Window(int[] tokens, int from) {
            if (tokens.length == 0) {
                throw new IllegalArgumentException("a window without tokens");
            }
            if (from < 0 || from > tokens.length) {
                throw new IllegalArgumentException(
                        "logits from position " + from + " on, of a window of " + tokens.length + " tokens");
            }
            this.tokens = tokens.clone();
            this.from = from;
        }

        /** Number of tokens. */
        public int length() {
            return tokens.length;
        }

        /** The token at a position. */
        public int token(int position) {
            return tokens[position];
        }

        /** The tokens, copied. */
        public int[] tokens() {
            return tokens.clone();
        }

        /** First position whose logits are wanted. */
        public int from() {
            return from;
        }
    }
}
