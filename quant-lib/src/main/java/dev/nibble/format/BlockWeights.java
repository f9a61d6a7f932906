package dev.nibble.format;

import dev.nibble.core.Trace;

/**
 * A trace's step: the weights of a block as they came, and what was made of them; told last of a block.
 *
 * @param row row of the first weight
 * @param column column of the first weight
 * @param weights as they came
 * @param decoded what the codes of the block stand for
 */
public record BlockWeights(int row, int column, float[] weights, float[] decoded) implements Trace.Step {}
