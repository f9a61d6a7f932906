package dev.nibble.format.codebook;

import dev.nibble.core.Registry;
import dev.nibble.format.Format;
import java.util.List;

/**
 * bitsandbytes' FP4: a sign and seven magnitudes, one float32 scale per block. It is not the E2M1 of the Open Compute
 * Project: the second-smallest magnitude is 1/192 instead of 1/12 of the largest, and five of seven bit patterns differ.
 *
 * <pre>
 *   recipe    bnbfp4 [bN] [dq] [cuda | lut]     as {@link Nf4}
 *   code      0       1       2   3   4   5   6   7      8..15 the same, negative; 8 is 0 again
 *   value     0  0.0625       8  12   4   6   2   3      twelfths of absmax
 * </pre>
 *
 * A weight gets the nearest value, on the float32 midpoint the lower one; of the two zeros 8 is taken above 0 and 0
 * otherwise, which falls out of a sort in bitsandbytes. {@code cuda} compares magnitudes with the constants of the CUDA
 * kernel and puts the sign of the weight in front. Source: bitsandbytes (functional.py, get_4bit_type; csrc, dQuantizeFP4).
 */
public final class BnbFp4 {
    private BnbFp4() {}

    /** The sixteen values of bitsandbytes' FP4, ascending from -1 to 1; both zeros are +0. */
    public static float[] values() {
        return Books.FP4.byRank();
    }

    /** The registry entry. */
    public static Registry.Entry<Format> entry() {
        return new Registry.Entry<>(
                "bnbfp4",
                "bitsandbytes' own 4-bit float (not E2M1), one float32 scale per block",
                Nf4.OPTIONS,
                List.of("bnbfp4", "bnbfp4:b128:dq", "bnbfp4:b33", "bnbfp4:cuda"),
                recipe -> Nf4.bitsandbytes(
                        recipe,
                        Books.FP4,
                        Books.FP4_CUDA,
                        "4-bit float of bitsandbytes: the nearest of 0, 1/192, 1/6, 1/4, 1/3, 1/2, 2/3 and 1 with a sign",
                        "becomes zeros"));
    }
}
