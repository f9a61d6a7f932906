package dev.nibble.format.minifloat;

import dev.nibble.core.Trace;

/**
 * A trace's step: how the scale of a group is stored.
 *
 * @param row row of the group's first weight
 * @param column its column
 * @param bits the stored bytes of the group's scale, the first in the lowest bits; 0 if it has none
 * @param tensor the number stored for the whole tensor; 1 if there is none
 * @param operand what the weights are multiplied with or divided by
 * @param divides whether they are divided
 * @param factor what the values of the codes are multiplied with
 */
public record ScaleStored(int row, int column, int bits, float tensor, float operand, boolean divides, float factor)
        implements Trace.Step {}
