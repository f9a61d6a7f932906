package dev.nibble.core;

/**
 * Knows the recipes that there are, for those who read a recipe and know no formats: found by {@link
 * java.util.ServiceLoader}.
 */
public interface RecipeCheck {
    /**
     * Refuses a recipe that nothing can be made of.
     *
     * @throws IllegalArgumentException if it is none; the message names the nearest one
     */
    void check(Recipe recipe);
}
