package dev.nibble.format.microscaling;

/** Who computes the scales of NVFP4. */
enum Nvfp4System {
    /** torchao, two levels. */
    TORCHAO,
    /** compressed-tensors, two levels, the tensor's number stored as its reciprocal. */
    CT,
    /** torchao, one level: no number for the tensor. */
    ONE
}
