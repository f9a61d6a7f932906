package dev.nibble.format.codebook;

import dev.nibble.core.Options;
import dev.nibble.core.Recipe;
import dev.nibble.core.Registry;
import dev.nibble.format.Format;
import dev.nibble.format.ScaleType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * NF4, the four-bit format of QLoRA, with the bytes of bitsandbytes: sixteen values that are quantiles of the normal
 * distribution, one float32 scale per block.
 *
 * <pre>
 *   recipe    nf4 [bN] [dq] [cuda | lut]    N weights per block, 64 if nothing is said
 *   codes     two in a byte, the first in the high nibble; after an odd last one the code of 0
 *   scales    absmax of the block, float32; with dq an 8-bit code, of 256 blocks a float32, of the tensor an offset
 *   value     table[code] · absmax
 * </pre>
 *
 * A weight times 1 / max(absmax, 1e-38) gets the code of the nearest table value; on the float32 midpoint of two, the
 * lower. {@code cuda} decides by the constants of the CUDA kernel, which differ from the midpoints in the last bits,
 * and multiplies by 1 / absmax throughout (correctly rounded; the GPU's own reciprocal may differ by one unit). {@code
 * lut} chooses the codes of the scales under {@code dq} as bitsandbytes' compiled CPU library does from 0.50 on, by a
 * table of 65,536 entries, which is not always the nearest. Source of the table and of the rules: Dettmers et al.,
 * "QLoRA", 2023, and bitsandbytes (backends/default/ops.py, csrc).
 */
public final class Nf4 {
    static final int DEFAULT_BLOCK = 64;

    /** The options of the two four-bit formats of bitsandbytes. */
    static final List<String> OPTIONS = List.of("bN", "dq", "cuda", "lut");

    private Nf4() {}

    /** The sixteen values of NF4, ascending from -1 to 1, as bitsandbytes publishes them. */
    public static float[] values() {
        return Books.NF4.byRank();
    }

    /** The registry entry. */
    public static Registry.Entry<Format> entry() {
        return new Registry.Entry<>(
                "nf4",
                "16 quantiles of the normal distribution, one float32 scale per block (bitsandbytes)",
                OPTIONS,
                List.of("nf4", "nf4:b64", "nf4:b128", "nf4:b64:dq", "nf4:b32:dq:lut", "nf4:cuda", "nf4:dq:cuda"),
                recipe -> bitsandbytes(
                        recipe,
                        Books.NF4,
                        Books.NF4_CUDA,
                        "4-bit NormalFloat: the nearest of 16 quantiles of the normal distribution",
                        "becomes zeros"));
    }

    /** NF4 or FP4 as a recipe asks for it. */
    static Format bitsandbytes(Recipe recipe, Codebook cpu, Codebook cuda, String what, String zeros) {
        Options options = new Options(recipe, OPTIONS.toArray(String[]::new));
        int block = options.number("b", 1, CodebookFormat.LARGEST_BLOCK, DEFAULT_BLOCK);
        boolean twice = !options.oneOf("", "dq").isEmpty();
        String variant = options.oneOf("", "cuda", "lut");
        options.done();
        boolean onCuda = variant.equals("cuda");
        requireTwice(recipe, variant, twice);
        List<String> words = new ArrayList<>(List.of("b" + block));
        if (twice) {
            words.add("dq");
        }
        if (!variant.isEmpty()) {
            words.add(variant);
        }
        BlockScaling scaling = onCuda ? BlockScaling.COMPILED : BlockScaling.TORCH;
        return new CodebookFormat(new CodebookFormat.Definition(
                recipe,
                new Recipe(recipe.name(), words),
                what + " times the float32 absmax of " + block + " weights, "
                        + (onCuda
                                ? "by the thresholds of bitsandbytes' CUDA kernel"
                                : "ties to the lower code, as bitsandbytes' torch code does; cuda decides as its CUDA kernel"),
                CodebookFormat.bnbSpecials(scaling, block, zeros),
                onCuda ? cuda : cpu,
                scaling,
                ScaleType.F32,
                block,
                twice ? doubleQuantization(variant) : null));
    }

    /** Refuses {@code lut} without {@code dq}. */
    static void requireTwice(Recipe recipe, String variant, boolean twice) {
        if (variant.equals("lut") && !twice) {
            throw new IllegalArgumentException(
                    "\"" + recipe + "\": lut says how dq chooses the codes of scales; add dq, or leave lut out");
        }
    }

    /** Double quantization as it is done where the weights are: {@code cuda}, {@code lut}, or in torch operations. */
    static CodebookFormat.DoubleQuantization doubleQuantization(String variant) {
        return new CodebookFormat.DoubleQuantization(
                variant.equals("lut") ? Dynamic8.SIGNED_BY_TABLE : Dynamic8.SIGNED,
                variant.isEmpty() ? BlockScaling.TORCH : BlockScaling.COMPILED,
                Optional.empty());
    }
}
