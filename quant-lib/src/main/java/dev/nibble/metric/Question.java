package dev.nibble.metric;

import java.util.List;
import java.util.Objects;

/**
 * A question with choices, one of which is right.
 *
 * @param question what is asked
 * @param choices two or more, no two alike
 * @param answer index of the right one
 * @param subject what it is about; empty if that is not said
 * @param context what stands before the question; empty for nothing
 */
public record Question(String question, List<String> choices, int answer, String subject, String context) {
    /** Most choices: they are named by letters. */
    public static final int MOST_CHOICES = 26;

    public Question {
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(context, "context");
        choices = List.copyOf(choices);
        if (question.isBlank()) {
            throw new IllegalArgumentException("the question is empty");
        }
        if (choices.size() < 2 || choices.size() > MOST_CHOICES) {
            throw new IllegalArgumentException(choices.size() + " choices: expected 2 to " + MOST_CHOICES + " of them");
        }
        for (int i = 0; i < choices.size(); i++) {
            if (choices.get(i).isBlank()) {
                throw new IllegalArgumentException("choice " + i + " is empty");
            }
            if (choices.indexOf(choices.get(i)) != i) {
                throw new IllegalArgumentException("\"" + choices.get(i) + "\" stands twice among the choices");
            }
        }
        if (answer < 0 || answer >= choices.size()) {
            throw new IllegalArgumentException(
                    "the answer is " + answer + ", but the choices are 0 to " + (choices.size() - 1));
        }
    }
}
