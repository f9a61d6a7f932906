package dev.nibble.format.minifloat;

/** Which sign a number gets that becomes zero, or is zero. Systems that agree on everything else differ here. */
public enum ZeroSign {
    /** The sign bit of the number, −0 included: ml_dtypes, torchao. */
    KEPT,
    /** Minus if the number is less than zero, so −0 becomes +0: compressed-tensors, microxcaling. */
    OF_NEGATIVES,
    /** Plus always: ggml's table search, and types without −0. */
    PLUS,
    /** As {@link #OF_NEGATIVES}, but zero itself, of either sign, becomes −0: ModelOpt's MXFP4. */
    ZERO_IS_MINUS
}
