package dev.nibble.metric;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The texts and questions that come with Nibble, in its {@code datasets} jar, each with a card beside it: written for
 * this project, so that a comparison runs without a network.
 */
public final class Datasets {
    private static final String FOLDER = "/dev/nibble/datasets/";

    private Datasets() {}

    /** The text and the questions that comparisons run on unless they are given others. */
    public static EvaluationData evaluation() {
        return new EvaluationData("nibble evaluation", List.of(text()), Optional.of(questions()));
    }

    /** Some thousands of words of English prose: a story, explanations, a dialogue, lists, numbers. */
    public static String text() {
        return new String(resource("evaluation-text.txt"), StandardCharsets.UTF_8);
    }

    /** Questions with four choices each, over several subjects. */
    public static Questions questions() {
        return Questions.parse("nibble questions", resource("evaluation-questions.jsonl"));
    }

    /** What the text and the questions are, who wrote them, and what they are not good for. */
    public static String card() {
        return new String(resource("README.md"), StandardCharsets.UTF_8);
    }

    private static byte[] resource(String name) {
        try (InputStream in = Datasets.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("the data that come with Nibble are not here (" + FOLDER.substring(1)
                        + name + "): put nibble-datasets.jar on the class path, or give texts of your own");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
