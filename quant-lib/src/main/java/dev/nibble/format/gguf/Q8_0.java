package dev.nibble.format.gguf;

import dev.nibble.tensor.DType;

/**
 * GGUF Q8_0: 32 weights in 34 bytes (8.5 bits per weight).
 *
 * <pre>
 *   byte 0..1   d, fp16: absmax / 127
 *   byte 2..33  one signed byte per weight
 * </pre>
 * value = byte · d; byte = x / d, rounded to nearest, ties away from zero, with d before it is rounded to fp16. Source:
 * ggml, quantize_row_q8_0_ref, dequantize_row_q8_0.
 */
final class Q8_0 extends SignedBytes {
    Q8_0(LegacyKernels kernels) {
        super(2, kernels);
    }

    @Override
    public DType type() {
        return DType.Q8_0;
    }

    @Override
    public String description() {
        return "signed bytes −127 to 127, one float16 scale absmax / 127 per 32 weights, rounded to nearest, ties away from"
                + " zero";
    }

    @Override
    public String specials() {
        return "All zeros: scale and codes 0. Constant: every code ±127, exact but for the rounding of the scale to float16."
                + " −0 becomes +0. Magnitudes below 3.8e-6 leave the scale at 0, and the block decodes to zeros although its"
                + " codes are not. A largest magnitude of 8.3e6 or more is refused, where ggml stores an infinite scale.";
    }
}
