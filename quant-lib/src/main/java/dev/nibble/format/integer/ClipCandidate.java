package dev.nibble.format.integer;

import dev.nibble.core.Trace;

/**
 * A trace's step: one range that a clip search tried.
 *
 * @param row row of the block's first weight; 0 for a whole tensor
 * @param column column of it
 * @param factor the part of the full range
 * @param scale what the scale would be
 * @param zero what the zero would be
 * @param error sum of |decoded - weight|^2.4 over the block
 * @param chosen whether it is the one with the least error so far; the last such is taken
 */
public record ClipCandidate(int row, int column, float factor, float scale, float zero, double error, boolean chosen)
        implements Trace.Step {}
