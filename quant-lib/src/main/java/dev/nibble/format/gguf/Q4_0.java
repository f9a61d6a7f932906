package dev.nibble.format.gguf;

import dev.nibble.tensor.DType;

/**
 * GGUF Q4_0: 32 weights in 18 bytes (4.5 bits per weight).
 *
 * <pre>
 *   byte 0..1   d, fp16: the weight of largest magnitude, the first of them, divided by -8
 *   byte 2..17  low nibble of byte 2 + j: weight j; high nibble: weight j + 16
 * </pre>
 * value = (nibble - 8) · d; nibble = min(15, (int) (x / d + 8.5)) with d before it is rounded to fp16. With an importance
 * matrix the scale is searched ({@link ScaleSearch#symmetric}). Source: ggml, quantize_row_q4_0_ref,
 * quantize_row_q4_0_impl, dequantize_row_q4_0.
 */
final class Q4_0 extends SmallSymmetric {
    Q4_0(LegacyKernels kernels, Searches searches) {
        super(4, kernels, searches);
    }

    @Override
    public DType type() {
        return DType.Q4_0;
    }

    @Override
    public String description() {
        return "four bits, one float16 scale of either sign per 32 weights: the first largest magnitude / −8 is code 0, the rest is"
                + " rounded to nearest and clamped at 15; with an importance matrix the scale of least weighted error of 19";
    }

    @Override
    public String specials() {
        return "All zeros: d is −0 and every code 8, which decodes to −0. Constant: every code 0, exact but for the rounding of"
                + " d to float16. Of +a and −a, both largest, the first is exact and the other comes out as 7/8 a."
                + " Magnitudes below 2.4e-7 leave d at 0, and the block decodes to zeros. A largest magnitude of"
                + " 524,160 or more is refused, where ggml stores an infinite scale.";
    }
}
