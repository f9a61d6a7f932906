package dev.nibble.model;

import dev.nibble.core.Progress;

/** What goes on from a prompt: a language model with a way to choose, or in a test a rule. */
@FunctionalInterface
public interface Generator {
    /**
     * The tokens that follow a prompt, without the prompt.
     *
     * @param prompt at least one token
     * @param most most tokens; fewer if the text ends before
     * @param progress where the work is shown, and where a stop may be asked for
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    int[] generate(int[] prompt, int most, Progress progress);
}
