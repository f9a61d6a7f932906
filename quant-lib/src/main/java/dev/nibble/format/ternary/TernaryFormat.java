package dev.nibble.format.ternary;

import dev.nibble.core.Options;
import dev.nibble.core.Recipe;
import dev.nibble.core.Registry;
import dev.nibble.format.Format;
import dev.nibble.format.ScaleType;
import dev.nibble.format.integer.AffineFormat;
import dev.nibble.format.integer.AffineRule;
import dev.nibble.format.integer.FieldCoding;
import dev.nibble.format.integer.Grouping;
import dev.nibble.format.integer.Search;
import dev.nibble.format.packing.Trits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads the recipes of binary and ternary weights. s is the mean magnitude of the weights that share it.
 *
 * <pre>
 *   binary    [row|tensor|gN] [f16|bf16|f32]             w' = s where w is at least 0, else -s; -0 counts as 0
 *   ternary   [row|tensor|gN] [base3] [f16|bf16|f32]     q = round(w / s), ties to even, in -1 .. 1; w' = q · s
 *   bitnet    the same with one scale per tensor unless asked, and s at least 1e-5
 * </pre>
 *
 * Codes take 1 and 2 bits; {@code base3} stores five trits in a byte, 1.6 bits each. Sources: XNOR-Net (Rastegari et
 * al. 2016) 3.1 for the scale of binary weights, BitNet b1.58 (Ma et al. 2024) section 2 for absmean, and its training
 * code for the 1e-5, which the paper adds to s instead.
 */
public final class TernaryFormat {
    private static final List<String> SHARED = List.of("gN", "row", "tensor", "f16", "bf16", "f32");

    private TernaryFormat() {}

    /** The registry entry of binary weights. */
    public static Registry.Entry<Format> binary() {
        return new Registry.Entry<>(
                "binary",
                "one bit per weight: its sign, times the mean magnitude of a row, group or tensor",
                SHARED,
                List.of("binary", "binary:g64", "binary:tensor:f32"),
                recipe -> parse(recipe, false));
    }

    /** The registry entry of ternary weights. */
    public static Registry.Entry<Format> ternary() {
        return new Registry.Entry<>(
                "ternary",
                "-1, 0 or 1 times the mean magnitude of a row, group or tensor",
                options(),
                List.of("ternary", "ternary:g64", "ternary:base3", "ternary:g40:base3:f32"),
                recipe -> parse(recipe, true));
    }

    /** The registry entry of BitNet's weights. */
    public static Registry.Entry<Format> bitnet() {
        return new Registry.Entry<>(
                "bitnet",
                "BitNet b1.58: -1, 0 or 1 times the mean magnitude of the tensor",
                options(),
                List.of("bitnet", "bitnet:base3", "bitnet:row"),
                recipe -> parse(recipe, true));
    }

    private static List<String> options() {
        List<String> options = new ArrayList<>(SHARED);
        options.add("base3");
        return options;
    }

    private static AffineFormat parse(Recipe recipe, boolean three) {
        boolean bitnet = recipe.name().equals("bitnet");
        Options options = new Options(recipe, (three ? options() : SHARED).toArray(String[]::new));
        Grouping grouping = grouping(recipe, options, bitnet);
        boolean base3 = three && options.oneOf("", "base3").equals("base3");
        ScaleType type = ScaleType.of(options.oneOf("f16", "bf16", "f32"));
        options.done();
        if (base3 && grouping.kind() == Grouping.Kind.GROUP && grouping.size() % Trits.PER_BYTE != 0) {
            throw new IllegalArgumentException("\"" + recipe + "\": five trits share a byte, so groups of "
                    + grouping.size() + " would share some; take a multiple of 5, row or tensor");
        }
        AffineRule.Floor floor = bitnet ? AffineRule.Floor.SCALE : AffineRule.Floor.NONE;
        AffineRule rule = three
                ? new AffineRule(
                        2,
                        -1,
                        -1,
                        1,
                        AffineRule.Range.MEAN,
                        1,
                        floor,
                        1e-5f,
                        AffineRule.Zero.NONE,
                        0,
                        1,
                        1,
                        false,
                        false,
                        true)
                : new AffineRule(
                        1,
                        0,
                        0,
                        1,
                        AffineRule.Range.MEAN,
                        1,
                        floor,
                        0,
                        AffineRule.Zero.NONE,
                        0.5f,
                        1,
                        2,
                        false,
                        false,
                        true);
        List<String> words = new ArrayList<>(List.of(grouping.word()));
        if (base3) {
            words.add("base3");
        }
        words.add(type.word());
        return new AffineFormat(new AffineFormat.Spec(
                recipe,
                new Recipe(recipe.name(), words),
                description(three, bitnet, base3, grouping, type),
                rule,
                grouping,
                type,
                Search.NONE,
                false,
                "",
                base3 ? FieldCoding.TRITS : FieldCoding.DENSE));
    }

    private static Grouping grouping(Recipe recipe, Options options, boolean bitnet) {
        int size = options.number("g", 1, Grouping.LARGEST, 0);
        String whole = options.oneOf("", "row", "tensor");
        if (!whole.isEmpty() && size > 0) {
            throw new IllegalArgumentException(
                    "\"" + recipe + "\": \"" + whole + "\" and \"g" + size + "\" can not stand together");
        }
        if (size > 0) {
            return new Grouping(Grouping.Kind.GROUP, size);
        }
        boolean tensor = whole.isEmpty() ? bitnet : whole.equals("tensor");
        return new Grouping(tensor ? Grouping.Kind.TENSOR : Grouping.Kind.ROW, 0);
    }

    private static String description(boolean three, boolean bitnet, boolean base3, Grouping grouping, ScaleType type) {
        return String.format(
                Locale.ROOT,
                three
                        ? "-1, 0 or 1 times one %s scale per %s: the mean magnitude%s; w / s rounded to nearest, ties to"
                                + " even; %s"
                        : "one bit per weight, its sign, times one %s scale per %s: the mean magnitude%s%s",
                type.fullName(),
                grouping.words(),
                bitnet ? ", at least 1e-5, as BitNet b1.58 does" : "",
                !three ? "" : base3 ? "five codes in a byte" : "two bits each");
    }
}
