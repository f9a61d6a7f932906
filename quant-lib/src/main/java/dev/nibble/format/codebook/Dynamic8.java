package dev.nibble.format.codebook;

import dev.nibble.core.Options;
import dev.nibble.core.Recipe;
import dev.nibble.core.Registry;
import dev.nibble.format.Format;
import dev.nibble.format.ScaleType;
import java.util.ArrayList;
import java.util.List;

/**
 * The 8-bit dynamic map of bitsandbytes, one float32 scale per block: seven decades below 1, in the largest 64 steps, in
 * the smallest one. It also stores the scales of double quantization.
 *
 * <pre>
 *   recipe    dyn8 [bN] [signed | unsigned] [lut]    N weights per block, 4096 if nothing is said
 *   codes     rank of the value in the sorted map
 *   value     map[code] · absmax
 * </pre>
 *
 * A weight times 1 / max(absmax, 1e-38) gets the nearest value, on the float32 midpoint the lower. {@code unsigned} is
 * the map of optimizer states: negative weights become 0. {@code lut} decides as bitsandbytes' compiled CPU library does
 * from 0.50 on: by a table of 65,536 entries (see {@link Books#dynamicByTable}), which differs from the nearest in about
 * one code of 700 for bell-shaped weights, one of 12 for heavy tails. Source: Dettmers, "8-Bit Approximations for Parallelism in Deep Learning", 2015, and bitsandbytes.
 */
public final class Dynamic8 {
    static final Codebook SIGNED = Books.dynamic(true);
    static final Codebook SIGNED_BY_TABLE = Books.dynamicByTable(true);
    private static final Codebook UNSIGNED = Books.dynamic(false);
    private static final Codebook UNSIGNED_BY_TABLE = Books.dynamicByTable(false);
    private static final int DEFAULT_BLOCK = 4096;
    private static final List<String> OPTIONS = List.of("bN", "signed", "unsigned", "lut");

    private Dynamic8() {}

    /** The 256 values, times absmax, by code: of the map of weights, or of the one without negative values. */
    public static float[] values(boolean signed) {
        return (signed ? SIGNED : UNSIGNED).values().clone();
    }

    /** The registry entry. */
    public static Registry.Entry<Format> entry() {
        return new Registry.Entry<>(
                "dyn8",
                "8-bit dynamic map over seven decades, one float32 scale per block (bitsandbytes)",
                OPTIONS,
                List.of("dyn8", "dyn8:b256", "dyn8:unsigned:b64", "dyn8:b64:lut"),
                Dynamic8::make);
    }

    private static Format make(Recipe recipe) {
        Options options = new Options(recipe, OPTIONS.toArray(String[]::new));
        int block = options.number("b", 1, CodebookFormat.LARGEST_BLOCK, DEFAULT_BLOCK);
        String sign = options.oneOf("signed", "unsigned");
        boolean table = !options.oneOf("", "lut").isEmpty();
        options.done();
        boolean signed = sign.equals("signed");
        List<String> words = new ArrayList<>(List.of("b" + block, sign));
        if (table) {
            words.add("lut");
        }
        BlockScaling scaling = table ? BlockScaling.COMPILED : BlockScaling.TORCH;
        return new CodebookFormat(new CodebookFormat.Definition(
                recipe,
                new Recipe(recipe.name(), words),
                "8-bit dynamic map, " + sign
                        + ": the nearest of 256 values over seven decades times the float32 absmax of "
                        + block + " weights, "
                        + (table
                                ? "looked up in 65,536 steps as bitsandbytes' compiled CPU library does"
                                : "ties to the lower code, as bitsandbytes' torch code does; lut decides as its compiled CPU"
                                        + " library does"),
                CodebookFormat.bnbSpecials(
                                scaling, block, table ? "becomes zeros, with code 0 throughout" : "becomes zeros")
                        + (signed
                                ? " The signed map lacks −1: the most negative weight of a block may come back 0.7 %"
                                        + " smaller."
                                : " Negative weights become 0."),
                signed ? table ? SIGNED_BY_TABLE : SIGNED : table ? UNSIGNED_BY_TABLE : UNSIGNED,
                scaling,
                ScaleType.F32,
                block,
                null));
    }
}
