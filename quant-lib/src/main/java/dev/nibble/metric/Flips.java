package dev.nibble.metric;

import dev.nibble.metric.Accuracy.Answer;
import dev.nibble.metric.Accuracy.Measure;
import java.util.List;
import java.util.Locale;

/**
 * Answers that change from one model to another on the same questions, which an equal accuracy can hide (Dutta and
 * others, "Accuracy is not all you need", arXiv 2407.09141).
 *
 * @param measure how choices are preferred
 * @param count number of questions
 * @param lost right before, wrong after
 * @param gained wrong before, right after
 * @param moved wrong before and after, with another wrong choice
 * @param test whether lost and gained are uneven by more than chance
 */
public record Flips(Measure measure, int count, int lost, int gained, int moved, McNemar test) {
    /**
     * From one model's answers to another's.
     *
     * @throws IllegalArgumentException if they were not asked the same in the same way
     */
    public static Flips of(Accuracy before, Accuracy after, Measure measure) {
        List<Answer> old = before.answers();
        List<Answer> now = after.answers();
        if (!before.prompts().equals(after.prompts())
                || !old.stream()
                        .map(Answer::question)
                        .toList()
                        .equals(now.stream().map(Answer::question).toList())) {
            throw new IllegalArgumentException(before.model() + " (" + before.questions() + ", " + before.prompts()
                    + ") and " + after.model() + " (" + after.questions() + ", " + after.prompts()
                    + ") did not answer the same questions in the same way");
        }
        int lost = 0;
        int gained = 0;
        int moved = 0;
        for (int i = 0; i < old.size(); i++) {
            boolean was = old.get(i).isRight(measure);
            boolean is = now.get(i).isRight(measure);
            if (was && !is) {
                lost++;
            } else if (!was && is) {
                gained++;
            } else if (old.get(i).choice(measure) != now.get(i).choice(measure)) {
                moved++;
            }
        }
        return new Flips(measure, old.size(), lost, gained, moved, McNemar.of(lost, gained));
    }

    /** Share of questions whose answer went from right to wrong or back, 0 to 1: the paper's flips. */
    public double share() {
        return (double) (lost + gained) / count;
    }

    /** Share of questions that have another answer, 0 to 1, right or wrong. */
    public double changed() {
        return (double) (lost + gained + moved) / count;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d of %d answers flip by %s (%d lost, %d gained, %d to another wrong one), p = %.3g",
                lost + gained,
                count,
                measure.word(),
                lost,
                gained,
                moved,
                test.p());
    }
}
