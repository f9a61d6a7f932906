package dev.nibble.metric;

import dev.nibble.tensor.Generators;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How a question becomes a text that a model goes on with.
 *
 * @param style the form
 * @param shots number of answered questions in front, chosen by the seed; 0 for none
 * @param seed which ones
 */
public record Prompts(Style style, int shots, long seed) {
    /** Most answered questions in front. */
    public static final int MOST_SHOTS = 100;

    /** Forms, each with what the choices look like in it. */
    public enum Style {
        /** As lm-eval's ARC: "Question: …\nAnswer:" goes on with the text of a choice. */
        CLOZE("cloze"),
        /** As lm-eval's MMLU: the choices are listed, "Answer:" goes on with a letter. */
        LETTERS("letters"),
        /** As lm-eval's HellaSwag: the text itself goes on with a choice. */
        CONTINUATION("continuation");

        private final String word;

        Style(String word) {
            this.word = word;
        }

        /** What it is called on the command line. */
        public String word() {
            return word;
        }
    }

    /** Questions in the form of ARC, without others in front. */
    public static final Prompts CLOZE = new Prompts(Style.CLOZE, 0, 1234);

    public Prompts {
        Objects.requireNonNull(style, "style");
        if (shots < 0 || shots > MOST_SHOTS) {
            throw new IllegalArgumentException(shots + " questions in front: expected 0 to " + MOST_SHOTS);
        }
    }

    /** What stands before the answer to a question. */
    String prompt(Question q) {
        String before = q.context().isEmpty() ? "" : q.context() + (style == Style.CONTINUATION ? " " : "\n");
        return switch (style) {
            case CLOZE -> before + "Question: " + q.question() + "\nAnswer:";
            case CONTINUATION -> before + q.question();
            case LETTERS -> {
                var text = new StringBuilder(before).append(q.question().strip());
                for (int i = 0; i < q.choices().size(); i++) {
                    text.append('\n')
                            .append((char) ('A' + i))
                            .append(". ")
                            .append(q.choices().get(i));
                }
                yield text.append("\nAnswer:").toString();
            }
        };
    }

    /** What a choice looks like behind the prompt. */
    String continuation(Question q, int choice) {
        return " "
                + (style == Style.LETTERS
                        ? String.valueOf((char) ('A' + choice))
                        : q.choices().get(choice));
    }

    /** The whole text before the answer to question {@code at}, answered ones of {@code examples} in front. */
    String text(Questions questions, int at, Questions examples) {
        var text = new StringBuilder();
        for (Question example : examples(questions.all().get(at), examples, at)) {
            text.append(prompt(example))
                    .append(continuation(example, example.answer()))
                    .append("\n\n");
        }
        return text.append(prompt(questions.all().get(at))).toString();
    }

    /** Distinct questions other than the one that is asked, the first steps of a Fisher-Yates shuffle. */
    private List<Question> examples(Question asked, Questions examples, int at) {
        if (shots == 0) {
            return List.of();
        }
        List<Question> pool = new ArrayList<>(examples.all());
        pool.remove(asked);
        if (pool.size() < shots) {
            throw new IllegalArgumentException(shots + " questions in front of each are asked for, but "
                    + examples.name() + " has only " + pool.size() + " others");
        }
        List<Question> chosen = new ArrayList<>();
        for (int i = 0; i < shots; i++) {
            double u = Generators.uniform(seed, (long) at * MOST_SHOTS + i);
            int j = i + (int) (u * (pool.size() - i));
            Question question = pool.get(j);
            pool.set(j, pool.get(i));
            pool.set(i, question);
            chosen.add(question);
        }
        return chosen;
    }

    /** {@code cloze, 0 shots}; with shots the seed too. */
    @Override
    public String toString() {
        return style.word + ", " + shots + (shots == 1 ? " shot" : " shots") + (shots == 0 ? "" : ", seed " + seed);
    }
}
