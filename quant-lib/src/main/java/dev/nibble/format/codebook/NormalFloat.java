package dev.nibble.format.codebook;

import dev.nibble.core.Options;
import dev.nibble.core.Recipe;
import dev.nibble.core.Registry;
import dev.nibble.format.Format;
import dev.nibble.format.ScaleType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * NormalFloat of any width, by the construction that made NF4: quantiles of the normal distribution at even steps, one
 * step fewer on the negative side so that 0 is a value, divided by the largest.
 *
 * <pre>
 *   recipe      nf2 … nf8 [bN] [dq [lut]]    nf4 is {@link Nf4}: the published table, and the same by construction
 *   positive    2^(n-1) values: the quantiles of δ, …, in 2^(n-1) even steps down to 0.5, which is left out
 *   negative    2^(n-1) - 1 values: the same in 2^(n-1) - 1 steps, with the other sign
 *   δ           1 - (1 / 2^(n+1) + 1 / (2^(n+1) - 2)) / 2, so that the outermost cell holds half the share of the others
 *   the rest    as {@link Nf4}, codes of other than 4 bits as a dense stream
 * </pre>
 *
 * For n = 4 that δ is 0.96770833, of which bitsandbytes keeps 0.9677083; steps are made in float32, quantiles in double,
 * the division in float32, as there. Source: Dettmers et al., "QLoRA", 2023, section 3, and bitsandbytes'
 * create_normal_map.
 */
public final class NormalFloat {
    private static final List<String> OPTIONS = List.of("bN", "dq", "lut");

    private NormalFloat() {}

    /** The registry entry of {@code nfN}, N bits from 2 to 8 but not 4. */
    public static Registry.Entry<Format> entry(int bits) {
        String name = "nf" + bits;
        return new Registry.Entry<>(
                name,
                (1 << bits)
                        + " quantiles of the normal distribution by NF4's construction, one float32 scale per block",
                OPTIONS,
                List.of(name, name + ":b128:dq"),
                recipe -> make(recipe, bits));
    }

    private static Format make(Recipe recipe, int bits) {
        Options options = new Options(recipe, OPTIONS.toArray(String[]::new));
        int block = options.number("b", 1, CodebookFormat.LARGEST_BLOCK, Nf4.DEFAULT_BLOCK);
        boolean twice = !options.oneOf("", "dq").isEmpty();
        String table = options.oneOf("", "lut");
        options.done();
        Nf4.requireTwice(recipe, table, twice);
        List<String> words = new ArrayList<>(List.of("b" + block));
        if (twice) {
            words.add("dq");
        }
        if (!table.isEmpty()) {
            words.add(table);
        }
        return new CodebookFormat(new CodebookFormat.Definition(
                recipe,
                new Recipe(recipe.name(), words),
                String.format(
                        Locale.ROOT,
                        "%d-bit NormalFloat: the nearest of %d quantiles of the normal distribution times the float32"
                                + " absmax of %d weights, ties to the lower code",
                        bits,
                        1 << bits,
                        block),
                CodebookFormat.bnbSpecials(BlockScaling.TORCH, block, "becomes zeros"),
                Codebook.of(values(bits, delta(bits))),
                BlockScaling.TORCH,
                ScaleType.F32,
                block,
                twice ? Nf4.doubleQuantization(table) : null));
    }

    /** The δ of the construction, the place of the outermost quantile, for so many bits. */
    public static double delta(int bits) {
        double whole = 1 << (bits + 1);
        // bitsandbytes' constant for NF4 has seven digits.
        return bits == 4 ? 0.9677083 : 1 - (1 / whole + 1 / (whole - 2)) / 2;
    }

    /**
     * The values of NormalFloat, rising from -1 to 1.
     *
     * @param bits 2 to 8
     * @param delta place of the outermost quantile, above 0.5 and below 1; {@link #delta} is the usual one
     * @return 2^bits values, float32
     */
    public static float[] values(int bits, double delta) {
        if (bits < 2 || bits > 8) {
            throw new IllegalArgumentException("NormalFloat has 2 to 8 bits, not " + bits);
        }
        if (!(delta > 0.5 && delta < 1)) {
            throw new IllegalArgumentException("δ is a share above 0.5 and below 1, not " + delta);
        }
        int positive = 1 << (bits - 1);
        float[] values = new float[2 * positive];
        float[] up = Books.linspace((float) delta, 0.5f, positive + 1);
        float[] down = Books.linspace((float) delta, 0.5f, positive);
        for (int i = 0; i < positive; i++) {
            values[i] = (float) Normal.quantile(up[i]);
            values[positive + i] = i < positive - 1 ? (float) -Normal.quantile(down[i]) : 0;
        }
        Arrays.sort(values);
        float largest = values[values.length - 1];
        for (int i = 0; i < values.length; i++) {
            values[i] /= largest;
        }
        return values;
    }
}
