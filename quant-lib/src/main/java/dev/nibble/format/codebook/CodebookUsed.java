package dev.nibble.format.codebook;

import dev.nibble.core.Trace;

/**
 * A trace's step: the code book that the codes of the following blocks point into.
 *
 * @param values by code, in units of the scale
 * @param boundaries between neighbouring values, from the lowest to the highest; a number on one gets the lower value
 */
public record CodebookUsed(float[] values, float[] boundaries) implements Trace.Step {}
