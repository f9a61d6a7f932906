package dev.nibble.plot;

import java.util.function.Supplier;

/**
 * One picture of a film, and what it shows.
 *
 * @param sentence with the numbers
 * @param picture drawn when it is asked for
 */
public record Frame(String sentence, Supplier<Drawing> picture) {}
