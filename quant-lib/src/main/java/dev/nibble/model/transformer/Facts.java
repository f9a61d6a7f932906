package dev.nibble.model.transformer;

import dev.nibble.checkpoint.CheckpointException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a file says about a model, by its keys: a config.json, or a GGUF file's metadata. Numbers are asked for by all the
 * names that they go by; a value of another kind is an error that names file and key.
 */
public final class Facts {
    private final String file;
    private final Map<?, ?> values;
    private final String prefix;

    /**
     * @param file what messages call it
     * @param values by key
     */
    public Facts(String file, Map<?, ?> values) {
        this(file, values, "");
    }

    private Facts(String file, Map<?, ?> values, String prefix) {
        this.file = file;
        this.values = values;
        this.prefix = prefix;
    }

    /** The same with all keys beginning with this. */
    Facts under(String start) {
        return new Facts(file, values, prefix + start);
    }

    /** The object of that key; empty if it is not there or null. */
    Optional<Facts> object(String key) {
        return switch (values.get(prefix + key)) {
            case null -> Optional.empty();
            case Map<?, ?> map -> Optional.of(new Facts(file, map));
            case Object value -> throw wrong(key, value, "an object");
        };
    }

    /** Whether there is a value of that key. */
    boolean has(String key) {
        return values.get(prefix + key) != null;
    }

    /** Whether the file says something of that key, be it null. */
    boolean says(String key) {
        return values.containsKey(prefix + key);
    }

    /** The first of these keys that has a whole number. */
    Optional<Integer> integer(String... keys) {
        return number(keys).map(n -> {
            if (n.doubleValue() != Math.rint(n.doubleValue()) || Math.abs(n.doubleValue()) > Integer.MAX_VALUE) {
                throw new CheckpointException(
                        file + ": " + prefix + keys[0] + " is " + n + ", where a whole number is expected");
            }
            return n.intValue();
        });
    }

    /** The same, where it has to be there. */
    int requireInteger(String... keys) {
        return integer(keys).orElseThrow(() -> missing(keys));
    }

    /** The first of these keys that has a number. */
    Optional<Number> number(String... keys) {
        for (String key : keys) {
            Object value = values.get(prefix + key);
            if (value instanceof Number n) {
                return Optional.of(n);
            }
            if (value != null) {
                throw wrong(key, value, "a number");
            }
        }
        return Optional.empty();
    }

    /**
     * Numbers of a head that heads share evenly.
     *
     * @throws CheckpointException if they can not
     */
    int share(int hidden, int heads) {
        if (heads <= 0 || hidden <= 0 || hidden % heads != 0) {
            throw new CheckpointException(
                    file + ": " + heads + " heads can not share " + hidden + " numbers of a position evenly");
        }
        return hidden / heads;
    }

    /** A number, where it has to be there. */
    double requireNumber(String... keys) {
        return number(keys).orElseThrow(() -> missing(keys)).doubleValue();
    }

    /** A truth; {@code otherwise} if it is not there. */
    boolean truth(String key, boolean otherwise) {
        return switch (values.get(prefix + key)) {
            case null -> otherwise;
            case Boolean b -> b;
            case Object value -> throw wrong(key, value, "true or false");
        };
    }

    /** A text; empty if it is not there. */
    Optional<String> text(String key) {
        return switch (values.get(prefix + key)) {
            case null -> Optional.empty();
            case String text -> Optional.of(text);
            case Object value -> throw wrong(key, value, "a text");
        };
    }

    /** A list of texts; empty if it is not there or not all are. */
    List<String> texts(String key) {
        return values.get(prefix + key) instanceof List<?> list && list.stream().allMatch(String.class::isInstance)
                ? list.stream().map(String.class::cast).toList()
                : List.of();
    }

    /** A list of numbers; empty if it is not there. */
    List<Float> numbers(String key) {
        return switch (values.get(prefix + key)) {
            case null -> List.of();
            case List<?> list
            when list.stream().allMatch(Number.class::isInstance) ->
                list.stream().map(value -> ((Number) value).floatValue()).toList();
            case Object value -> throw wrong(key, value, "a list of numbers");
        };
    }

    /** What messages call the file. */
    String file() {
        return file;
    }

    CheckpointException missing(String... keys) {
        return new CheckpointException(
                file + " does not say " + prefix + String.join(" or ", keys) + ", which a model of this family needs");
    }

    private CheckpointException wrong(String key, Object value, String expected) {
        return new CheckpointException(
                file + ": " + prefix + key + " is " + shorten(value) + ", where " + expected + " is expected");
    }

    private static String shorten(Object value) {
        String text = String.valueOf(value);
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
