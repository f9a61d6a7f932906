package dev.nibble.format.codebook;

import dev.nibble.core.Trace;

/**
 * A trace's step: a code book was fitted to weights and stored.
 *
 * @param row row of the first weight that the book is for
 * @param column column of the first
 * @param count how many weights it is for
 * @param levels as stored, rising; their places are the codes
 * @param low smallest of the weights, stored only with a book for the whole tensor
 * @param high largest of them
 */
public record BookFitted(int row, int column, long count, float[] levels, float low, float high)
        implements Trace.Step {}
