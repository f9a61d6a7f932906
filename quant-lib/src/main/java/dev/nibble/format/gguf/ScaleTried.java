package dev.nibble.format.gguf;

import dev.nibble.core.Trace;

/**
 * A trace's step: a search tried a scale, and a minimum where there is one.
 *
 * @param row row of the first weight concerned
 * @param column column of the first weight concerned
 * @param count weights concerned: a sub-block, or the whole block
 * @param of what is scaled: the weights, or the sub-blocks' scales or minima, which are quantized in their turn
 * @param step which candidate: −1 the plain grid over the range (0 where the search counts steps on both sides of it),
 *     then as the upstream loop counts
 * @param scale the step of the grid that was tried
 * @param min its lowest value; 0 where there is none
 * @param error Σ weight · (value − grid)² over the values concerned, or of |value − grid| where the type minimises that
 * @param taken whether it was the best so far: the last one taken is the choice
 */
public record ScaleTried(
        int row, int column, int count, Of of, int step, float scale, float min, double error, boolean taken)
        implements Trace.Step {
    /** What a search scales. */
    public enum Of {
        WEIGHTS,
        SCALES,
        MINS
    }
}
