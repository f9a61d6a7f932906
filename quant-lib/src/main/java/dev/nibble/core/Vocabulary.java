package dev.nibble.core;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;

/**
 * Words that a text argument can be, so that an editor completes it. A method says which vocabulary its argument is of;
 * the vocabulary is a class that {@link java.util.ServiceLoader} finds:
 *
 * <pre>
 *   public static Format parse(@Vocabulary.Of("recipe") String recipe)
 *
 *   public final class Recipes implements Vocabulary { … }     // META-INF/services/dev.nibble.core.Vocabulary names it
 * </pre>
 */
public interface Vocabulary {
    /** What an argument holds: the name of a vocabulary. {@code "path"} is known without one: files and folders. */
    @Documented
    @Retention(RetentionPolicy.CLASS)
    @Target(ElementType.PARAMETER)
    @interface Of {
        String value();
    }

    /**
     * A text that an argument can be.
     *
     * @param text the whole argument
     * @param says what it is, one line; may be empty
     */
    record Word(String text, String says) {}

    /** Its name, as {@link Of} gives it: "recipe". */
    String name();

    /**
     * Arguments that begin with what was typed, the likeliest first. Answers in a few milliseconds, and fetches nothing.
     *
     * @param typed the argument so far, which may be empty
     * @param owner the value whose method is called, as far as it is at hand, else null: a model knows its tensors
     */
    List<Word> complete(String typed, Object owner);

    /** Whether an argument may also be the path of a file or folder; it may not, unless this says so. */
    default boolean takesPaths() {
        return false;
    }
}
