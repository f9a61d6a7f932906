package dev.nibble.format.integer;

import dev.nibble.core.Options;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Registry;
import dev.nibble.core.Trace;
import dev.nibble.format.Blocks;
import dev.nibble.format.Format;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleType;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Integers of 2 to 8 bits with one scale, and if asymmetric one zero point, per row or per group of a row.
 *
 * <pre>
 *   recipe    int4 [sym|asym] [ct|torchao] [row|gN] [f16|bf16|f32]
 *   codes     row after row, b bits each, each row filled up to whole bytes; 8 bits as two's complement, fewer as
 *             code + 2^(b-1), the first weight in the lowest bits
 *   scales    one per group, row after row: float16, or float32 under a convention that names a library
 *   zeros     asymmetric only: one per group, b bits each as code + 2^(b-1), without gaps
 * </pre>
 *
 * Codes are computed from the scale as stored. A group that does not divide the row leaves a shorter last group.
 */
public final class IntegerFormat implements Format {
    private static final String[] OPTIONS = {"sym", "asym", "gN", "row", "f16", "bf16", "f32", "ct", "torchao"};
    private static final int LARGEST_GROUP = 1 << 30;

    private final Recipe recipe;
    private final int bits;
    private final boolean symmetric;
    private final Convention convention;
    private final int group;
    private final ScaleType scaleType;

    private IntegerFormat(Recipe recipe, int bits) {
        this.recipe = recipe;
        this.bits = bits;
        Options options = new Options(recipe, OPTIONS);
        this.symmetric = options.oneOf("sym", "asym").equals("sym");
        this.convention = switch (options.oneOf("", "ct", "torchao")) {
            case "ct" -> Convention.CT;
            case "torchao" -> Convention.TORCHAO;
            default -> Convention.PLAIN;
        };
        int size = options.number("g", 1, LARGEST_GROUP, 0);
        boolean row = options.oneOf("", "row").equals("row");
        if (row && size > 0) {
            throw new IllegalArgumentException(
                    "\"" + recipe + "\": \"row\" and \"g" + size + "\" can not stand together");
        }
        this.group = size;
        String stored = options.oneOf("", "f16", "bf16", "f32");
        this.scaleType = !stored.isEmpty()
                ? ScaleType.of(stored)
                : convention == Convention.PLAIN ? ScaleType.F16 : ScaleType.F32;
        options.done();
    }

    /** The registry entry of the integers of {@code bits} bits, 2 to 8. */
    public static Registry.Entry<Format> entry(int bits) {
        String name = "int" + bits;
        return new Registry.Entry<>(
                name,
                bits + "-bit integers, one scale per row or group, symmetric or asymmetric",
                List.of(OPTIONS),
                List.of(name, name + ":g128", name + ":sym:g32", name + ":asym:g32", name + ":ct:g32"),
                recipe -> new IntegerFormat(recipe, bits));
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    @Override
    public Recipe canonical() {
        List<String> words = new ArrayList<>();
        words.add(symmetric ? "sym" : "asym");
        if (convention != Convention.PLAIN) {
            words.add(convention.word());
        }
        words.add(group == 0 ? "row" : "g" + group);
        words.add(scaleType.word());
        return new Recipe(recipe.name(), words);
    }

    @Override
    public String description() {
        int half = 1 << (bits - 1);
        String rule = symmetric
                ? convention == Convention.PLAIN
                        ? "s = absmax / " + (half - 1)
                        : String.format(Locale.ROOT, "s = absmax / %.1f", (2 * half - 1) / 2.0)
                : "s = (max - min) / " + (2 * half - 1) + " with 0 in range, integer zero point";
        String who = switch (convention) {
            case PLAIN -> "";
            case CT -> ", as compressed-tensors does";
            case TORCHAO -> ", as torchao does (times 1/s)";
        };
        return String.format(
                Locale.ROOT,
                "%d-bit integers %d to %d, one %s scale per %s: %s, rounded to nearest, ties to even%s",
                bits,
                qmin(),
                qmax(),
                scaleType.fullName(),
                group == 0 ? "row" : group + " weights of a row",
                rule,
                who);
    }

    int bits() {
        return bits;
    }

    boolean isSymmetric() {
        return symmetric;
    }

    ScaleType scaleType() {
        return scaleType;
    }

    int qmin() {
        return convention.smallestCode(bits, symmetric);
    }

    int qmax() {
        return (1 << (bits - 1)) - 1;
    }

    /** Weights that share a scale in rows of {@code cols}. */
    int groupSize(int cols) {
        return group == 0 ? cols : Math.min(group, cols);
    }

    /** What {@link Quantized#note()} says about rows of {@code cols}. */
    String note(int cols) {
        return group == 0 ? "" : Blocks.note(group, cols);
    }

    Convention convention() {
        return convention;
    }

    @Override
    public Quantized quantize(Matrix w, Progress progress, Trace trace) {
        return new IntegerEncoder(this, w, progress, trace).run();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IntegerFormat format && canonical().equals(format.canonical());
    }

    @Override
    public int hashCode() {
        return canonical().hashCode();
    }

    @Override
    public String toString() {
        return recipe.toString();
    }
}
