package dev.nibble.format.integer;

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
 * Reads the recipes of integers of 1 to 8 bits.
 *
 * <pre>
 *   int4 [sym|asym] [library] [row|tensor|gN] [mse|pN] [itN] [round-zero] [f16|bf16|f32]
 *
 *   library      whose rule: {@link Preset}
 *   gN           N weights of a row share a scale; at the end of a row fewer may, if the library takes that
 *   mse, pN      clip the range: by GPTQ's search, or to the percentiles 100 - N and N
 *   itN          hqq: at most so many iterations, 20 if not said
 *   round-zero   hqq: begin with a rounded zero, as its configuration for 4 bits does
 *   f16 …        how scales are stored; if not said, as the library does
 * </pre>
 */
public final class IntegerFormat {
    private static final int ITERATIONS = 20;

    private IntegerFormat() {}

    /** The registry entry of the integers of {@code bits} bits, 1 to 8. */
    public static Registry.Entry<Format> entry(int bits) {
        return new Registry.Entry<>(
                "int" + bits,
                bits + "-bit integers, one scale per tensor, row or group, by the rule of a library",
                List.of(options()),
                examples(bits),
                recipe -> parse(recipe, bits));
    }

    private static String[] presets() {
        return Arrays.stream(Preset.values()).map(Preset::word).toArray(String[]::new);
    }

    private static String[] options() {
        List<String> words = new ArrayList<>(List.of("sym", "asym", "gN", "row", "tensor", "f16", "bf16", "f32"));
        Arrays.stream(presets()).filter(w -> !w.isEmpty()).forEach(words::add);
        words.addAll(List.of("mse", "pN", "itN", "round-zero"));
        return words.toArray(String[]::new);
    }

    private static List<String> examples(int bits) {
        String name = "int" + bits;
        List<String> examples = new ArrayList<>(List.of(name, name + ":g128"));
        if (bits > 1) {
            examples.add(name + ":sym:g32");
        }
        examples.addAll(List.of(name + ":asym:g32", name + ":ct:g32"));
        List<String> more = switch (bits) {
            case 8 ->
                List.of("bnb", "tensor", "torch", "torch:asym:tensor", "quanto", "gptq:g128", "torchao", "kivi:g32");
            case 4 ->
                List.of(
                        "gptq:g128",
                        "gptq:asym:g128",
                        "gptq:mse:g128",
                        "awq:g128",
                        "awq:sym:g128",
                        "ct:asym:g32",
                        "torchao:g32",
                        "torchao:asym:g32",
                        "torchao-fp8act:g32",
                        "tinygemm:g128",
                        "hqq:g64",
                        "hqq:g64:it5:round-zero:f32",
                        "autoround:g128",
                        "autoround:asym:g128",
                        "quanto:g64",
                        "quanto:sym:g64",
                        "kivi:g32",
                        "torch",
                        "mse:g32",
                        "p99.9",
                        "asym:p99:g64",
                        "tensor",
                        "tensor:mse:f32",
                        "asym:tensor:p99.9",
                        "awq:tensor:f32",
                        "hqq:tensor");
            case 3 -> List.of("gptq:g128", "hqq:g64", "asym:tensor");
            case 2 -> List.of("gptq:asym:g64", "hqq:g64", "autoround:g128", "kivi:g32", "quanto:g64");
            case 1 -> List.of("hqq:g64");
            default -> List.of();
        };
        more.forEach(words -> examples.add(name + ":" + words));
        return examples;
    }

    /**
     * The format of a recipe.
     *
     * @throws IllegalArgumentException if its options make none
     */
    static Format parse(Recipe recipe, int bits) {
        Options options = new Options(recipe, options());
        String signs = options.oneOf("", "sym", "asym");
        String library = options.oneOf(presets());
        Preset preset = Arrays.stream(Preset.values())
                .filter(p -> p.word().equals(library))
                .findFirst()
                .orElseThrow();
        boolean symmetric = signs.isEmpty() ? preset.isSymmetricAtFirst(bits) : signs.equals("sym");
        Grouping grouping = grouping(recipe, options, preset);
        Search search = search(recipe, options, preset, grouping);
        String type = options.oneOf("", "f16", "bf16", "f32");
        ScaleType scaleType = type.isEmpty() ? preset.scaleType() : ScaleType.of(type);
        options.done();
        AffineRule rule = rule(recipe, preset, bits, symmetric);
        return new AffineFormat(new AffineFormat.Spec(
                recipe,
                canonical(recipe, symmetric, preset, grouping, search, scaleType),
                Descriptions.of(preset, rule, symmetric, grouping, search, scaleType),
                rule,
                grouping,
                scaleType,
                search,
                preset == Preset.TORCHAO_FP8ACT,
                preset.wholeGroups(),
                FieldCoding.DENSE));
    }

    private static AffineRule rule(Recipe recipe, Preset preset, int bits, boolean symmetric) {
        if (preset == Preset.BNB && bits != 8) {
            throw new IllegalArgumentException("\"" + recipe
                    + "\": bitsandbytes has integers of 8 bits only; its formats of 4 bits are nf4 and" + " bnbfp4");
        }
        AffineRule rule = symmetric ? preset.symmetric(bits) : preset.asymmetric(bits);
        if (rule == null) {
            throw new IllegalArgumentException(
                    "\"" + recipe + "\": " + preset.word() + " is always " + (symmetric ? "asymmetric" : "symmetric"));
        }
        if (!(rule.divisor() > 0)) {
            throw new IllegalArgumentException("\"" + recipe
                    + "\": one bit has no code above 0 for a symmetric grid; take asym, or the format binary");
        }
        return rule;
    }

    private static Grouping grouping(Recipe recipe, Options options, Preset preset) {
        int size = options.number("g", 1, Grouping.LARGEST, 0);
        String whole = options.oneOf("", "row", "tensor");
        if (!whole.isEmpty() && size > 0) {
            throw new IllegalArgumentException(
                    "\"" + recipe + "\": \"" + whole + "\" and \"g" + size + "\" can not stand together");
        }
        if (size > 0 && !preset.takesGroups()) {
            throw new IllegalArgumentException("\"" + recipe + "\": " + preset.word()
                    + " has no groups: one scale per row" + (preset == Preset.BNB ? "" : " or tensor"));
        }
        if (whole.equals("tensor") && preset == Preset.BNB) {
            throw new IllegalArgumentException("\"" + recipe + "\": bnb has one scale per row");
        }
        if (size > 0) {
            return new Grouping(preset == Preset.HQQ ? Grouping.Kind.RUN : Grouping.Kind.GROUP, size);
        }
        return new Grouping(whole.equals("tensor") ? Grouping.Kind.TENSOR : Grouping.Kind.ROW, 0);
    }

    private static Search search(Recipe recipe, Options options, Preset preset, Grouping grouping) {
        boolean mse = options.oneOf("", "mse").equals("mse");
        double percentile = options.decimal("p", 50, 100, -1);
        int iterations = options.number("it", 0, 10_000, -1);
        boolean roundZero = options.oneOf("", "round-zero").equals("round-zero");
        if (mse && percentile >= 0) {
            throw new IllegalArgumentException("\"" + recipe + "\": \"mse\" and a percentile can not stand together");
        }
        if (preset == Preset.HQQ) {
            if (mse || percentile >= 0) {
                throw new IllegalArgumentException(
                        "\"" + recipe + "\": hqq has a search of its own, which mse or a percentile would replace");
            }
            // With one scale for a tensor HQQ does not optimize: Quantizer.quantize, channel_wise=False.
            int most = grouping.kind() == Grouping.Kind.TENSOR ? 0 : iterations < 0 ? ITERATIONS : iterations;
            return new Search(Search.Kind.HQQ, 100, most, roundZero);
        }
        if (iterations >= 0 || roundZero) {
            throw new IllegalArgumentException("\"" + recipe + "\": \"" + (roundZero ? "round-zero" : "it" + iterations)
                    + "\" is an option of hqq alone");
        }
        return mse
                ? new Search(Search.Kind.MSE, 100, 0, false)
                : percentile >= 0 ? new Search(Search.Kind.PERCENTILE, percentile, 0, false) : Search.NONE;
    }

    private static Recipe canonical(
            Recipe recipe, boolean symmetric, Preset preset, Grouping grouping, Search search, ScaleType type) {
        List<String> words = new ArrayList<>();
        words.add(symmetric ? "sym" : "asym");
        if (preset != Preset.PLAIN) {
            words.add(preset.word());
        }
        words.add(grouping.word());
        switch (search.kind()) {
            case MSE -> words.add("mse");
            case PERCENTILE -> words.add("p" + plain(search.percentile()));
            case HQQ -> {
                words.add("it" + search.iterations());
                if (search.roundZero()) {
                    words.add("round-zero");
                }
            }
            case NONE -> {}
        }
        words.add(type.word());
        return new Recipe(recipe.name(), words);
    }

    static String plain(double number) {
        return number == Math.rint(number)
                ? String.format(Locale.ROOT, "%.0f", number)
                : java.math.BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
}
