package dev.nibble.format;

import dev.nibble.core.Trace;

/**
 * A trace's step: a block of weights got its scale, and with it its grid.
 *
 * @param row row of its first weight
 * @param column column of its first weight
 * @param count weights in the block
 * @param low smallest value that the choice of the scale saw; of a symmetric format, minus the largest magnitude
 * @param high largest value that it saw
 * @param wanted the scale as computed
 * @param stored the scale as stored, which the codes are computed from
 * @param zero zero point; 0 where there is none
 */
public record BlockScaled(int row, int column, int count, float low, float high, float wanted, float stored, int zero)
        implements Trace.Step {}
