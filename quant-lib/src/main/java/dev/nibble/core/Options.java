package dev.nibble.core;

import java.util.ArrayList;
import java.util.List;

/**
 * The options of a recipe, taken one by one by whoever understands them. What is left over at the end is an error that
 * names the nearest option that exists.
 *
 * <pre>
 *   var options = new Options(recipe, "sym", "asym", "gN");
 *   boolean symmetric = options.oneOf("sym", "asym").equals("sym");    // the first is the default
 *   int group = options.number("g", 1, 1 &lt;&lt; 20, 0);                    // g128 gives 128, nothing gives 0
 *   options.done();
 * </pre>
 */
public final class Options {
    private final Recipe recipe;
    private final List<String> known;
    private final List<String> left;

    /**
     * @param recipe whose options are read
     * @param known every option there is, for messages; numbers written as N
     */
    public Options(Recipe recipe, String... known) {
        this.recipe = recipe;
        this.known = List.of(known);
        this.left = new ArrayList<>(recipe.options());
    }

    /**
     * The one of these words that was written, or the first if none was; the first may be empty.
     *
     * @throws IllegalArgumentException if two of them were written
     */
    public String oneOf(String... words) {
        List<String> choices = List.of(words);
        List<String> written = left.stream().filter(choices::contains).toList();
        if (written.size() > 1) {
            throw new IllegalArgumentException("\"" + recipe + "\": \"" + written.get(0) + "\" and \"" + written.get(1)
                    + "\" can not stand together; write one of "
                    + String.join(
                            ", ", choices.stream().filter(c -> !c.isEmpty()).toList()));
        }
        left.removeAll(written);
        return written.isEmpty() ? words[0] : written.getFirst();
    }

    /**
     * The number written after {@code prefix}, as in {@code g128}.
     *
     * @param fallback what it is when nothing was written
     * @throws IllegalArgumentException if the number is outside min..max or was written twice
     */
    public int number(String prefix, int min, int max, int fallback) {
        List<String> written =
                left.stream().filter(word -> isNumbered(word, prefix)).toList();
        if (written.isEmpty()) {
            return fallback;
        }
        String word = one(written);
        String digits = word.substring(prefix.length());
        // Ten digits fit a long; anything longer is out of range anyway.
        long number = digits.length() > 10 ? Long.MAX_VALUE : Long.parseLong(digits);
        if (number < min || number > max) {
            throw outOfRange(word, prefix, min + " to " + max);
        }
        left.remove(word);
        return (int) number;
    }

    /**
     * The number with a decimal point or without written after {@code prefix}, as in {@code p99.9}.
     *
     * @param fallback what it is when nothing was written
     * @throws IllegalArgumentException if the number is outside min..max or was written twice
     */
    public double decimal(String prefix, double min, double max, double fallback) {
        List<String> written = left.stream()
                .filter(word -> word.startsWith(prefix)
                        && word.substring(prefix.length()).matches("[0-9]{1,9}([.][0-9]{1,9})?"))
                .toList();
        if (written.isEmpty()) {
            return fallback;
        }
        String word = one(written);
        double number = Double.parseDouble(word.substring(prefix.length()));
        if (number < min || number > max) {
            throw outOfRange(word, prefix, min + " to " + max);
        }
        left.remove(word);
        return number;
    }

    /** The only word of several that were found. */
    private String one(List<String> written) {
        if (written.size() > 1) {
            throw new IllegalArgumentException("\"" + recipe + "\": \"" + written.get(0) + "\" and \"" + written.get(1)
                    + "\" can not stand together");
        }
        return written.getFirst();
    }

    private IllegalArgumentException outOfRange(String word, String prefix, String range) {
        return new IllegalArgumentException("\"" + recipe + "\": \"" + word + "\" is out of range: the number after \""
                + prefix + "\" goes from " + range);
    }

    /**
     * Says that everything has been read.
     *
     * @throws IllegalArgumentException if a word is left over
     */
    public void done() {
        if (left.isEmpty()) {
            return;
        }
        String word = left.getFirst();
        // gN stands for any number: compare against g with the digits that were written.
        String digits = word.replaceAll("[^0-9]", "");
        List<String> candidates = known.stream()
                .map(k -> k.endsWith("N") ? k.substring(0, k.length() - 1) + (digits.isEmpty() ? "32" : digits) : k)
                .toList();
        String nearest = Recipe.nearest(word, candidates);
        throw new IllegalArgumentException("\"" + recipe + "\": " + recipe.name() + " has no option \"" + word + "\""
                + (nearest.isEmpty() ? "." : "; did you mean \"" + nearest + "\"?")
                + (known.isEmpty() ? " It takes none" : " It takes: " + String.join(", ", known)));
    }

    private static boolean isNumbered(String word, String prefix) {
        return word.length() > prefix.length()
                && word.startsWith(prefix)
                && word.chars().skip(prefix.length()).allMatch(c -> c >= '0' && c <= '9');
    }
}
