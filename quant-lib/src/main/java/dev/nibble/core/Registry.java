package dev.nibble.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * Names and what they make: the one place where recipes meet the things they describe. A new format or method adds one
 * entry; parsing, listing, completion and the answer to a misspelling come with it. Thread-safe.
 *
 * @param <T> what the entries make
 */
public final class Registry<T> {
    /**
     * One name.
     *
     * @param name first word of the recipes it reads
     * @param summary one line for lists and help
     * @param options the option words it takes, numbers written as N: "sym", "gN"
     * @param examples recipes that work
     * @param factory makes the thing from a recipe of that name; throws IllegalArgumentException for options that it
     *     does not understand
     */
    public record Entry<T>(
            String name, String summary, List<String> options, List<String> examples, Function<Recipe, T> factory) {
        public Entry {
            Recipe.of(name);
            Objects.requireNonNull(summary, "summary");
            Objects.requireNonNull(factory, "factory");
            options = List.copyOf(options);
            examples = List.copyOf(examples);
        }
    }

    private final String kind;
    private final Map<String, Entry<T>> entries = new LinkedHashMap<>();

    /** @param kind what the entries make, for messages: "format" */
    public Registry(String kind) {
        this.kind = Objects.requireNonNull(kind, "kind");
    }

    /**
     * Adds an entry.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public synchronized Registry<T> add(Entry<T> entry) {
        if (entries.putIfAbsent(entry.name(), entry) != null) {
            throw new IllegalArgumentException("a " + kind + " named \"" + entry.name() + "\" exists already");
        }
        return this;
    }

    /** All entries, in the order they were added. */
    public synchronized List<Entry<T>> all() {
        return List.copyOf(entries.values());
    }

    /** Whether a recipe of this name can be read. */
    public synchronized boolean has(String name) {
        return entries.containsKey(name);
    }

    /**
     * Makes what a recipe describes.
     *
     * @throws IllegalArgumentException if the name is unknown, with the nearest one that exists, or an option is
     */
    public T make(Recipe recipe) {
        Entry<T> entry;
        List<String> names;
        synchronized (this) {
            entry = entries.get(recipe.name());
            names = List.copyOf(entries.keySet());
        }
        if (entry == null) {
            String nearest = Recipe.nearest(recipe.name(), names);
            throw new IllegalArgumentException("\"" + recipe + "\": there is no " + kind + " named \"" + recipe.name()
                    + "\""
                    + (nearest.isEmpty()
                            ? ". Known: " + String.join(", ", names)
                            : "; did you mean \"" + new Recipe(nearest, recipe.options()) + "\"?"));
        }
        return entry.factory().apply(recipe);
    }

    /** Numbers that options of a recipe often carry, for completion: those of group and block sizes. */
    private static final List<String> USUAL = List.of("32", "64", "128");

    /**
     * Recipes that begin with {@code prefix}: names, then the options that the name takes and that go with those that were
     * written already. An option with a number comes with those numbers that examples have.
     */
    public List<String> complete(String prefix) {
        String text = prefix.strip().toLowerCase(Locale.ROOT);
        int colon = text.indexOf(':');
        List<String> found = new ArrayList<>();
        for (Entry<T> entry : all()) {
            if (colon < 0) {
                if (entry.name().startsWith(text)) {
                    found.add(entry.name());
                }
                if (entry.name().equals(text)) {
                    entry.examples().stream()
                            .filter(e -> e.startsWith(text + ":"))
                            .forEach(found::add);
                }
            } else if (entry.name().equals(text.substring(0, colon))) {
                int last = text.lastIndexOf(':') + 1;
                List<String> used = List.of(text.substring(0, last).split(":", -1));
                for (String option : entry.options()) {
                    for (String word : words(entry, option)) {
                        if (!used.contains(word) && word.startsWith(text.substring(last))) {
                            found.add(text.substring(0, last) + word);
                        }
                    }
                }
                found.removeIf(recipe -> !isMade(entry, recipe));
            }
        }
        return found;
    }

    /** An option as it can be written. */
    private static <T> Set<String> words(Entry<T> entry, String option) {
        if (!option.endsWith("N")) {
            return Set.of(option);
        }
        String letters = option.substring(0, option.length() - 1);
        Set<String> words = new LinkedHashSet<>();
        for (String example : entry.examples()) {
            for (String word : example.split(":", -1)) {
                if (word.startsWith(letters) && word.substring(letters.length()).matches("[0-9.]+")) {
                    words.add(word);
                }
            }
        }
        USUAL.forEach(number -> words.add(letters + number));
        return words;
    }

    private static <T> boolean isMade(Entry<T> entry, String recipe) {
        try {
            var _ = entry.factory().apply(Recipe.parse(recipe));
            return true;
        } catch (IllegalArgumentException doesNotFit) {
            return false;
        }
    }
}
