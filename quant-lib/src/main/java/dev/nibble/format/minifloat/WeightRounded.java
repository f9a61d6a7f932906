package dev.nibble.format.minifloat;

import dev.nibble.core.Trace;
import java.util.Optional;

/**
 * A trace's step: a weight got its code.
 *
 * @param row of the weight
 * @param column of the weight
 * @param weight as it came
 * @param scaled by its scale: the number that was rounded
 * @param code as stored
 * @param value what the code stands for, before the scale
 * @param saturated whether the scaled weight is beyond the largest number
 * @param rounding the bits of it; empty if the element is no floating-point number with a sign
 */
public record WeightRounded(
        int row,
        int column,
        float weight,
        float scaled,
        int code,
        float value,
        boolean saturated,
        Optional<Rounded> rounding)
        implements Trace.Step {}
