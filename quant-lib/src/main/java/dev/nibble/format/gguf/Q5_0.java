package dev.nibble.format.gguf;

import dev.nibble.tensor.DType;

/**
 * GGUF Q5_0: 32 weights in 22 bytes (5.5 bits per weight).
 *
 * <pre>
 *   byte 0..1   d, fp16: the weight of largest magnitude, the first of them, divided by -16
 *   byte 2..5   bit j: the fifth bit of weight j
 *   byte 6..21  low nibble of byte 6 + j: weight j; high nibble: weight j + 16
 * </pre>
 * value = (q - 16) · d; q = min(31, (int) (x / d + 16.5)) with d before it is rounded to fp16. With an importance
 * matrix the scale is searched ({@link ScaleSearch#symmetric}). Source: ggml, quantize_row_q5_0_ref,
 * quantize_row_q5_0_impl, dequantize_row_q5_0.
 */
final class Q5_0 extends SmallSymmetric {
    Q5_0(LegacyKernels kernels, Searches searches) {
        super(5, kernels, searches);
    }

    @Override
    public DType type() {
        return DType.Q5_0;
    }

    @Override
    public String description() {
        return "five bits, one float16 scale of either sign per 32 weights: the first largest magnitude / −16 is code 0, the rest is"
                + " rounded to nearest and clamped at 31; with an importance matrix the scale of least weighted error of 19";
    }

    @Override
    public String specials() {
        return "All zeros: d is −0 and every code 16, which decodes to −0. Constant: every code 0, exact but for the rounding of"
                + " d to float16. Of +a and −a, both largest, the first is exact and the other comes out as 15/16 a."
                + " Magnitudes below 4.8e-7 leave d at 0, and the block decodes to zeros. A largest magnitude of"
                + " 1,048,320 or more is refused, where ggml stores an infinite scale.";
    }
}
