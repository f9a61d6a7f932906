package dev.nibble.format.codebook;

import dev.nibble.core.Trace;

/**
 * A trace's step: a round of fitting a code book to weights.
 *
 * @param row row of the first weight that the book is for
 * @param column column of the first
 * @param count how many weights it is for
 * @param round 0 is the beginning: quantiles, or the optimum where it was asked for
 * @param levels after the round, as they would be stored, rising
 * @param meanSquaredError of these levels, each weight taking the nearest
 */
public record LloydRound(int row, int column, long count, int round, float[] levels, double meanSquaredError)
        implements Trace.Step {}
