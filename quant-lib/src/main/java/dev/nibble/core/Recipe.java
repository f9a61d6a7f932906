package dev.nibble.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The text form of a format or a method: a name and its options, words joined by colons.
 *
 * <pre>
 *   recipe = word { ":" word }          int4   int4:sym:g32   nf4:b64   gptq:int4:g128:act   smoothquant:w8a8:0.85
 *   word   = letter or digit, then letters, digits, "_", ".", "+", "-"
 * </pre>
 *
 * The first word names who reads the rest: {@code gptq} takes {@code int4:g128} as the recipe of its grid. The
 * characters {@code ; = * , [ ] ( )} and white space never occur in a recipe, so that recipes can be joined to the
 * long form for whole models ({@code w=nvfp4;a=fp8:e4m3;layers.0.*=int8}) without quoting. Text is read without regard
 * to case and printed in lower case; a recipe prints as it was written, in the order it was written.
 *
 * @param name the first word
 * @param options the other words, in order
 */
public record Recipe(String name, List<String> options) {
    /** Longest recipe that is read, in characters; the rest of the system may rely on it. */
    public static final int MAX_LENGTH = 256;

    public Recipe {
        checkWord(name, name);
        options = List.copyOf(options);
        for (String option : options) {
            checkWord(option, name);
        }
    }

    /** A recipe from its words: {@code Recipe.of("int4", "g128")}. */
    public static Recipe of(String name, String... options) {
        return new Recipe(name, List.of(options));
    }

    /**
     * Reads the text form. White space around the whole is ignored.
     *
     * @throws IllegalArgumentException if the text is not a recipe; the message quotes it and says what was expected.
     *     Whether the words mean anything is for the registry to say
     */
    public static Recipe parse(String text) {
        Objects.requireNonNull(text, "recipe");
        String trimmed = text.strip();
        if (trimmed.isEmpty()) {
            throw new IllegalArgumentException(
                    "the recipe is empty: expected a name such as int8, int4:g128 or nf4:b64");
        }
        if (trimmed.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("the recipe has " + trimmed.length() + " characters, more than "
                    + MAX_LENGTH + ": \"" + trimmed.substring(0, 40) + "…\"");
        }
        List<String> words = new ArrayList<>();
        for (String word : trimmed.toLowerCase(Locale.ROOT).split(":", -1)) {
            checkWord(word, trimmed);
            words.add(word);
        }
        return new Recipe(words.getFirst(), words.subList(1, words.size()));
    }

    /** The recipe that the options alone spell: of {@code gptq:int4:g128} it is {@code int4:g128}. */
    public Recipe tail() {
        if (options.isEmpty()) {
            throw new IllegalArgumentException(name + ": expected a format after the name, as in " + name + ":int4");
        }
        return new Recipe(options.getFirst(), options.subList(1, options.size()));
    }

    /** The text form; {@link #parse} reads it back to an equal recipe. */
    @Override
    public String toString() {
        return options.isEmpty() ? name : name + ":" + String.join(":", options);
    }

    private static void checkWord(String word, String whole) {
        boolean ok = !word.isEmpty() && isAlphanumeric(word.charAt(0));
        for (int i = 1; ok && i < word.length(); i++) {
            char c = word.charAt(i);
            ok = isAlphanumeric(c) || c == '_' || c == '.' || c == '+' || c == '-';
        }
        if (!ok) {
            throw new IllegalArgumentException(
                    "\"" + whole + "\" is not a recipe: "
                            + (word.isEmpty() ? "a word between two colons is missing" : "the word \"" + word + "\"")
                            + "; expected words of letters, digits, \"_\", \".\", \"+\" and \"-\" joined by \":\", as in int4:g128");
        }
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    /**
     * The candidate that a misspelled word most probably meant, or the empty string if none is near.
     *
     * @param word what was written
     * @param candidates what exists
     */
    public static String nearest(String word, Iterable<String> candidates) {
        String best = "";
        // A third of the letters may be wrong, and at least one: "nf5" finds "nf4", "xyz" finds nothing.
        int bestDistance = Math.max(1, word.length() / 3) + 1;
        for (String candidate : candidates) {
            // Lengths further apart than that are not looked at: names in a file may be of any length.
            if (Math.abs(candidate.length() - word.length()) < bestDistance) {
                int distance = distance(word, candidate);
                if (distance < bestDistance) {
                    bestDistance = distance;
                    best = candidate;
                }
            }
        }
        return best;
    }

    /**
     * The candidates that a misspelled word probably meant: those that are nearest, if any is near. Capitals do not
     * matter.
     *
     * @param word what was written
     * @param candidates what exists
     * @param most how many at most
     */
    public static List<String> nearest(String word, Iterable<String> candidates, int most) {
        return nearest(word, candidates, most, word.length());
    }

    /**
     * The same with fewer letters that may be wrong, for many candidates.
     *
     * @param wrong how many at most
     */
    public static List<String> nearest(String word, Iterable<String> candidates, int most, int wrong) {
        // As above: a third of the letters may be wrong, and at least one. Of two letters any other two are near.
        int limit = word.length() < 3 ? 0 : Math.min(wrong, Math.max(1, word.length() / 3));
        String lower = word.toLowerCase(Locale.ROOT);
        List<String> near = new ArrayList<>();
        Map<String, Integer> distances = new HashMap<>();
        for (String candidate : candidates) {
            if (Math.abs(candidate.length() - word.length()) <= limit && !distances.containsKey(candidate)) {
                int distance = distance(lower, candidate.toLowerCase(Locale.ROOT));
                if (distance <= limit) {
                    distances.put(candidate, distance);
                    near.add(candidate);
                }
            }
        }
        int least = near.stream().mapToInt(distances::get).min().orElse(0);
        return near.stream()
                .filter(candidate -> distances.get(candidate) == least)
                .limit(most)
                .toList();
    }

    /** Levenshtein distance with transposed neighbours counted once (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        Arrays.setAll(d[0], j -> j);
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + cost);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
