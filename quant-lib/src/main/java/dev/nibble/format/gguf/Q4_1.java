package dev.nibble.format.gguf;

import dev.nibble.tensor.DType;

/**
 * GGUF Q4_1: 32 weights in 20 bytes (5 bits per weight).
 *
 * <pre>
 *   byte 0..1   d, fp16: (max - min) / 15
 *   byte 2..3   m, fp16: min
 *   byte 4..19  low nibble of byte 4 + j: weight j; high nibble: weight j + 16
 * </pre>
 * value = q · d + m, two roundings; q = (int) ((x - min) / d + 0.5) with d and min before they are rounded to fp16. With
 * an importance matrix both are searched ({@link ScaleSearch#affine}). Source: ggml, quantize_row_q4_1_ref,
 * quantize_row_q4_1_impl, dequantize_row_q4_1.
 */
final class Q4_1 extends SmallAffine {
    Q4_1(LegacyKernels kernels, Searches searches) {
        super(4, kernels, searches);
    }

    @Override
    public DType type() {
        return DType.Q4_1;
    }

    @Override
    public String description() {
        return "four bits, a float16 scale (max − min) / 15 and a float16 minimum per 32 weights, rounded to nearest; with an"
                + " importance matrix the scale and minimum of least weighted error of 38";
    }

    @Override
    public String specials() {
        return "All zeros or constant: d is 0, every code 0, and the block decodes to the minimum rounded to float16. A range below 4.5e-7"
                + " leaves d at 0 likewise. A scale or a minimum beyond float16's 65,504 is refused, where ggml stores infinity.";
    }
}
