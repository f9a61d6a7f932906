package dev.nibble.format.minifloat;

import dev.nibble.core.Trace;

/**
 * A trace's step: the number stored for the whole tensor.
 *
 * @param name of the part: "scale", "global_scale"
 * @param absmax largest magnitude of the tensor
 * @param stored the number
 */
public record TensorScaled(String name, float absmax, float stored) implements Trace.Step {}
