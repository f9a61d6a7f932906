package dev.nibble.format.codebook;

import dev.nibble.compute.TorchMean;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.format.Blocks;
import dev.nibble.format.ScaleType;
import dev.nibble.tensor.Matrix;
import java.util.Locale;

/**
 * Double quantization, the scales of the scales: their mean over the tensor is taken off, and what remains is quantized
 * with the signed 8-bit dynamic map in blocks of 256.
 *
 * @param codes one per scale
 * @param nested one float32 per 256 scales
 * @param offset the mean
 */
record NestedScales(byte[] codes, byte[] nested, float offset) {
    static final int BLOCK = 256;

    /** Read back, as bitsandbytes does: a product and a sum, each rounded to float32. */
    float scale(float[] map, int block) {
        return map[codes[block] & 0xff] * ScaleType.F32.get(nested, block / BLOCK) + offset;
    }

    /**
     * Quantizes scales.
     *
     * @param scales float32, little-endian
     * @param offset the mean of the scales of the whole tensor
     */
    static NestedScales of(
            Matrix w,
            byte[] scales,
            float offset,
            Codebook map,
            BlockScaling scaling,
            Recipe recipe,
            Progress progress) {
        int count = scales.length / 4;
        float[] rest = new float[count];
        for (int k = 0; k < count; k++) {
            rest[k] = ScaleType.F32.get(scales, k) - offset;
        }
        byte[] codes = new byte[count];
        byte[] nested = ScaleType.F32.store(Blocks.count(count, BLOCK));
        Matrix matrix = Matrix.of("scales of " + w.name(), 1, count, rest);
        new BlockEncoder(map, scaling, ScaleType.F32, BLOCK)
                .encode(matrix, recipe, codes, nested, progress, "quantize the scales of " + w.name());
        return new NestedScales(codes, nested, offset);
    }

    /** The mean of scales that begin with row 0 of a tensor. */
    static float offset(String name, byte[] scales) {
        int count = scales.length / 4;
        TorchMean mean = TorchMean.ofCount(count);
        for (int k = 0; k < count; k++) {
            mean.add(ScaleType.F32.get(scales, k));
        }
        return finite(name, mean.value());
    }

    /** Refuses a mean that is not a number that can be stored. */
    static float finite(String name, float mean) {
        if (!Float.isFinite(mean)) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: the scales of its blocks, from row 0 on, add up to more than float32 holds, so they have no mean"
                            + " to subtract; leave dq out of the recipe",
                    name));
        }
        return mean;
    }
}
