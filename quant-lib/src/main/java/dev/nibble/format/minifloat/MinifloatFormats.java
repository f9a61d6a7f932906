package dev.nibble.format.minifloat;

import dev.nibble.core.Options;
import dev.nibble.core.Recipe;
import dev.nibble.core.Registry;
import dev.nibble.format.Format;
import dev.nibble.format.ScaleType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The registry entries of the plain and scaled minifloats.
 *
 * <pre>
 *   fp32                                            as it is
 *   fp16, bf16          [plain|tensor|row|gN] [sat] plain if nothing is said
 *   fp8  [e4m3|e5m2|…]  [plain|tensor|row|gN] [f32|f16|bf16] [sat]    row if nothing is said
 *   fp6  [e2m3|e3m2]    the same
 *   fp4  [e2m1]         the same
 *   minifloat eXmY [biasN] [ieee|fn|fnuz|none]      the same: any type of up to 16 bits
 *   e8m0                powers of two, for scales
 * </pre>
 *
 * One float32 scale per row (output channel) is what torchao's Float8WeightOnlyConfig and llm-compressor's FP8_DYNAMIC
 * scheme do; the scale is absmax / max and weights are divided by it, in both.
 */
public final class MinifloatFormats {
    private static final int LARGEST_GROUP = 1 << 30;
    private static final List<String> SCALES = List.of("plain", "tensor", "row", "gN", "f32", "f16", "bf16", "sat");
    private static final Pattern SHAPE = Pattern.compile("e([0-9]{1,2})m([0-9]{1,2})");

    private static final Map<String, Minifloat> FP8 = new LinkedHashMap<>();

    static {
        FP8.put("e4m3", Minifloat.E4M3FN);
        FP8.put("e5m2", Minifloat.E5M2);
        FP8.put("e4m3fnuz", Minifloat.E4M3FNUZ);
        FP8.put("e5m2fnuz", Minifloat.E5M2FNUZ);
        FP8.put("e4m3b11fnuz", Minifloat.E4M3B11FNUZ);
        FP8.put("e4m3ieee", Minifloat.E4M3);
        FP8.put("e3m4", Minifloat.E3M4);
    }

    private static final Map<String, Minifloat> FP6 = new LinkedHashMap<>();

    static {
        FP6.put("e2m3", Minifloat.E2M3);
        FP6.put("e3m2", Minifloat.E3M2);
    }

    private MinifloatFormats() {}

    /** The entries, in the order of lists. */
    public static List<Registry.Entry<Format>> entries() {
        return List.of(
                new Registry.Entry<>(
                        "fp32",
                        "float32, as it is",
                        List.of(),
                        List.of("fp32"),
                        r -> make(r, new Options(r), "", Minifloat.FP32, "plain")),
                wide("fp16", "float16 (5 exponent, 10 mantissa bits)", Minifloat.FP16),
                wide("bf16", "bfloat16: the upper half of a float32", Minifloat.BF16),
                small(
                        "fp8",
                        "8-bit floats, one float32 scale per row as torchao and llm-compressor have it",
                        FP8,
                        List.of(
                                "fp8",
                                "fp8:e5m2",
                                "fp8:e4m3:tensor",
                                "fp8:g128",
                                "fp8:e5m2:plain",
                                "fp8:plain:sat",
                                "fp8:e4m3fnuz:row:f16",
                                "fp8:e5m2fnuz:g32:bf16",
                                "fp8:e4m3b11fnuz",
                                "fp8:e4m3ieee",
                                "fp8:e3m4")),
                small(
                        "fp6",
                        "6-bit floats, packed without gaps, one float32 scale per row",
                        FP6,
                        List.of("fp6", "fp6:e3m2:g64", "fp6:e2m3:tensor", "fp6:e3m2:plain:sat")),
                small(
                        "fp4",
                        "4-bit floats (E2M1: 0, 0.5, 1, 1.5, 2, 3, 4, 6), one float32 scale per row",
                        Map.of("e2m1", Minifloat.E2M1),
                        List.of("fp4", "fp4:g32:f16", "fp4:tensor", "fp4:plain:sat")),
                new Registry.Entry<>(
                        "minifloat",
                        "any float of 2 to 16 bits with a sign: exponent bits, mantissa bits, bias, specials",
                        Stream.concat(Stream.of("e3m2", "biasN", "ieee", "fn", "fnuz", "none"), SCALES.stream())
                                .toList(),
                        List.of(
                                "minifloat:e3m2",
                                "minifloat:e2m1:none:g16",
                                "minifloat:e5m6:bias15:fn",
                                "minifloat:e1m2:none",
                                "minifloat:e4m0:fnuz:tensor",
                                "minifloat:e3m3:bias7:none:g5"),
                        MinifloatFormats::general),
                // No examples: as a format of weights it takes positive ones only.
                new Registry.Entry<>(
                        "e8m0",
                        "powers of two from 2^-127 to 2^127, without sign and zero: a type for scales",
                        List.of(),
                        List.of(),
                        r -> make(r, new Options(r), "", Minifloat.E8M0, "plain")));
    }

    private static Registry.Entry<Format> wide(String name, String summary, Minifloat type) {
        return new Registry.Entry<>(
                name, summary, SCALES, List.of(name, name + ":row"), r -> make(r, options(r), "", type, "plain"));
    }

    private static Registry.Entry<Format> small(
            String name, String summary, Map<String, Minifloat> types, List<String> examples) {
        List<String> words = Stream.concat(types.keySet().stream().sorted(byOrder(types)), SCALES.stream())
                .toList();
        return new Registry.Entry<>(name, summary, words, examples, r -> {
            Options options = new Options(r, words.toArray(String[]::new));
            String type =
                    options.oneOf(types.keySet().stream().sorted(byOrder(types)).toArray(String[]::new));
            return make(r, options, type, types.get(type), "row");
        });
    }

    private static java.util.Comparator<String> byOrder(Map<String, Minifloat> types) {
        List<String> order = new ArrayList<>(types.keySet());
        return java.util.Comparator.comparingInt(order::indexOf);
    }

    private static Options options(Recipe recipe) {
        return new Options(recipe, SCALES.toArray(String[]::new));
    }

    private static Format general(Recipe recipe) {
        List<String> shapes = recipe.options().stream()
                .filter(word -> SHAPE.matcher(word).matches())
                .toList();
        if (shapes.size() != 1) {
            throw new IllegalArgumentException(
                    "\"" + recipe + "\": expected exponent and mantissa bits once, as in minifloat:e3m2:bias3:none");
        }
        String shape = shapes.getFirst();
        Options options = new Options(
                recipe,
                Stream.concat(Stream.of(shape, "biasN", "ieee", "fn", "fnuz", "none"), SCALES.stream())
                        .toArray(String[]::new));
        options.oneOf("", shape);
        Matcher bits = SHAPE.matcher(shape);
        if (!bits.matches()) {
            throw new IllegalStateException(shape);
        }
        int exponent = Integer.parseInt(bits.group(1));
        int mantissa = Integer.parseInt(bits.group(2));
        if (exponent < 1 || exponent > 8 || exponent + mantissa > 15) {
            throw new IllegalArgumentException("\"" + recipe + "\": " + shape
                    + " does not do: a minifloat has 1 to 8 exponent bits, and 2 to 16 bits with the sign");
        }
        String word = options.oneOf("ieee", "fn", "fnuz", "none");
        Specials specials = Specials.valueOf(word.toUpperCase(Locale.ROOT));
        int usual = (1 << (exponent - 1)) - 1 + (specials == Specials.FNUZ ? 1 : 0);
        int bias = options.number("bias", 0, 127, usual);
        Minifloat type;
        try {
            type = new Minifloat(shape + "_bias" + bias + "_" + word, exponent, mantissa, bias, specials);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + recipe + "\": " + e.getMessage(), e);
        }
        return make(recipe, options, shape + ":bias" + bias + ":" + word, type, "row");
    }

    private static Format make(Recipe recipe, Options options, String typeWords, Minifloat type, String fallback) {
        boolean scalable = type.bits() <= 16 && type.signed();
        int group = scalable ? options.number("g", 1, LARGEST_GROUP, 0) : 0;
        String scope = scalable ? options.oneOf("", "plain", "tensor", "row") : "plain";
        String stored = scalable ? options.oneOf("", "f32", "f16", "bf16") : "";
        boolean saturate = scalable && options.oneOf("", "sat").equals("sat");
        options.done();
        if (group > 0 && !scope.isEmpty()) {
            throw together(recipe, scope, "g" + group);
        }
        scope = group > 0 ? "g" + group : scope.isEmpty() ? fallback : scope;
        if (saturate && !scope.equals("plain")) {
            throw new IllegalArgumentException(
                    "\"" + recipe + "\": with a scale nothing is out of range; \"sat\" needs \"plain\"");
        }
        if (!stored.isEmpty() && (scope.equals("plain") || (scope.equals("tensor") && !stored.equals("f32")))) {
            throw together(recipe, scope, stored);
        }
        List<String> words = new ArrayList<>();
        if (!typeWords.isEmpty()) {
            words.addAll(Arrays.asList(typeWords.split(":", -1)));
        }
        if (scalable) {
            words.add(scope);
        }
        if (saturate) {
            words.add("sat");
        }
        ScaleType scaleType = ScaleType.of(stored.isEmpty() ? "f32" : stored);
        if (!scope.equals("plain")) {
            words.add(scaleType.word());
        }
        FloatElement element = FloatElement.of(type, Ties.EVEN, ZeroSign.KEPT);
        Scaling scaling = scope.equals("plain")
                ? new PlainScaling(element, saturate)
                : new StoredScaling(
                        element,
                        scaleType,
                        scope.equals("row")
                                ? StoredScaling.ROW
                                : scope.equals("tensor") ? StoredScaling.TENSOR : group);
        return new ScaledFloats(
                recipe, new Recipe(recipe.name(), words), texts(type, scope, scaleType, saturate), element, scaling);
    }

    private static IllegalArgumentException together(Recipe recipe, String a, String b) {
        return new IllegalArgumentException(
                "\"" + recipe + "\": \"" + a + "\" and \"" + b + "\" can not stand together");
    }

    private static ScaledFloats.Texts texts(Minifloat type, String scope, ScaleType scaleType, boolean saturate) {
        String rounding = type.bits() == 32 ? "float32 as it is" : type + "; rounded to nearest, ties to even";
        if (scope.equals("plain")) {
            String beyond = saturate
                    ? "A weight beyond the largest number becomes the largest number."
                    : "A weight that would round beyond the largest number is refused with its place, where ml_dtypes writes infinity or NaN.";
            String small = !type.signed()
                    ? "Zero and negative weights are refused with their place, where ml_dtypes writes NaN; positive ones below"
                            + " the smallest number become that."
                    : "Zeros stay zeros"
                            + (type.specials() == Specials.FNUZ
                                    ? ", −0 becomes +0 (its code is NaN)"
                                    : " with their sign")
                            + "; what is below half the smallest number becomes zero.";
            return new ScaledFloats.Texts(rounding + "; not scaled", small + " " + beyond);
        }
        String where = scope.equals("row")
                ? "row"
                : scope.equals("tensor") ? "tensor" : scope.substring(1) + " weights of a row";
        return new ScaledFloats.Texts(
                rounding + "; one " + scaleType.fullName() + " scale per " + where + ", absmax / " + type.max(),
                "A group of zeros stores the scale 0 and codes 0, and so does one whose scale is too small to be stored; "
                        + "torchao and compressed-tensors store a small positive scale there. "
                        + (type.specials() == Specials.FNUZ
                                ? "−0 becomes +0, for its code is NaN. "
                                : "−0 stays −0 in other groups. ")
                        + "A constant group is exact up to the rounding of its scale. A group whose scale is larger than "
                        + scaleType.fullName() + " holds is refused with its place.");
    }
}
