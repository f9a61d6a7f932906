package dev.nibble.format.integer;

/**
 * Constants of x^2.4, the norm of GPTQ's clip search: x² · 2^(0.4 · log2 x), with two polynomials that were fitted at
 * Chebyshev points and rounded to float32.
 */
final class Power {
    /** Bits of sqrt(1/2): below it the exponent is taken one lower, so that the mantissa stays near 1. */
    static final int SQRT_HALF = 0x3f3504f3;

    static final float MAGIC = 0x1.8p23f;

    // log2(1 + m) / m for m in sqrt(1/2) - 1 .. sqrt(2) - 1, absolute error of the logarithm 9e-8
    static final float L0 = -0.14620353f;
    static final float L1 = 0.23420985f;
    static final float L2 = -0.24882181f;
    static final float L3 = 0.2870756f;
    static final float L4 = -0.36024198f;
    static final float L5 = 0.48092404f;
    static final float L6 = -0.72135276f;
    static final float L7 = 1.4426949f;

    // (2^r - 1) / r for r in -1/2 .. 1/2, absolute error of the power 4e-9
    static final float E0 = 1.5461448e-4f;
    static final float E1 = 1.3390867e-3f;
    static final float E2 = 9.618057e-3f;
    static final float E3 = 0.05550357f;
    static final float E4 = 0.2402265f;
    static final float E5 = 0.6931472f;

    private Power() {}
}
