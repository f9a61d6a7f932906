package dev.nibble.metric;

import java.util.List;
import java.util.Locale;

/**
 * How many generated texts are exactly the expected ones.
 *
 * @param count number of texts
 * @param matches how many are equal
 */
public record ExactMatch(int count, int matches) {
    /** What Python calls punctuation: the ASCII characters that are neither letters, digits nor blanks. */
    private static final String PUNCTUATION = "[!-/:-@\\[-`{-~]";

    public ExactMatch {
        if (count < 1 || matches < 0 || matches > count) {
            throw new IllegalArgumentException(matches + " of " + count + " texts match");
        }
    }

    /**
     * Compares texts as they are.
     *
     * @throws IllegalArgumentException if there are none, or not as many of one as of the other
     */
    public static ExactMatch of(List<String> texts, List<String> expected) {
        return of(texts, expected, false, false);
    }

    /**
     * Compares texts, as the {@code exact_match} of Hugging Face's evaluate does.
     *
     * @param ignoreCase whether upper and lower case are the same
     * @param ignorePunctuation whether ASCII punctuation is taken out first
     */
    public static ExactMatch of(
            List<String> texts, List<String> expected, boolean ignoreCase, boolean ignorePunctuation) {
        if (texts.size() != expected.size() || texts.isEmpty()) {
            throw new IllegalArgumentException(
                    texts.size() + " texts and " + expected.size() + " expected ones: they are compared in pairs");
        }
        int matches = 0;
        for (int i = 0; i < texts.size(); i++) {
            if (plain(texts.get(i), ignoreCase, ignorePunctuation)
                    .equals(plain(expected.get(i), ignoreCase, ignorePunctuation))) {
                matches++;
            }
        }
        return new ExactMatch(texts.size(), matches);
    }

    private static String plain(String text, boolean ignoreCase, boolean ignorePunctuation) {
        String folded = ignoreCase ? text.toLowerCase(Locale.ROOT) : text;
        return ignorePunctuation ? folded.replaceAll(PUNCTUATION, "") : folded;
    }

    /** The share of matches, 0 to 1. */
    public double share() {
        return (double) matches / count;
    }

    /** Its standard error; not a number for one text. */
    public double error() {
        return count < 2 ? Double.NaN : StrictMath.sqrt(share() * (1 - share()) / (count - 1));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "exact match %.2f ± %.2f %% of %,d", 100 * share(), 100 * error(), count);
    }
}
