package dev.nibble.format.microscaling;

import dev.nibble.core.Options;
import dev.nibble.core.Recipe;
import dev.nibble.core.Registry;
import dev.nibble.format.Format;
import dev.nibble.format.minifloat.FloatElement;
import dev.nibble.format.minifloat.Minifloat;
import dev.nibble.format.minifloat.ScaledFloats;
import dev.nibble.format.minifloat.Ties;
import dev.nibble.format.minifloat.ZeroSign;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The registry entries of the microscaling formats.
 *
 * <pre>
 *   mxfp8  [e4m3|e5m2]  [floor|even|ceil|rceil|log2f] [rne|away|tozero] [torchao|ct|microxcaling]
 *   mxfp6  [e2m3|e3m2]  the same
 *   mxfp4               the same and modelopt
 *   mxint8              the same, of systems microxcaling
 *   nvfp4               [torchao|ct|one]
 * </pre>
 *
 * A system's word sets what it sets: ct and modelopt everything; torchao leaves the rule open, microxcaling the ties.
 */
public final class Microscaling {
    private static final List<String> RULES =
            Arrays.stream(ScaleRule.values()).map(ScaleRule::word).toList();
    private static final List<String> TIES =
            Arrays.stream(Ties.values()).map(Ties::word).toList();

    private Microscaling() {}

    /**
     * The entries, in the order of lists.
     *
     * @param more by entry, words that mean a format of someone else's: {@code mxfp4:ggml}
     */
    public static List<Registry.Entry<Format>> entries(Map<String, Map<String, Function<Recipe, Format>>> more) {
        return List.of(
                entry(
                        "mxfp8",
                        "MXFP8: 8-bit floats, one power of two per 32 weights (OCP)",
                        List.of("e4m3", "e5m2"),
                        List.of(MxSystem.TORCHAO, MxSystem.CT, MxSystem.MICROXCALING),
                        List.of(
                                "mxfp8",
                                "mxfp8:e5m2:even",
                                "mxfp8:torchao:rceil",
                                "mxfp8:e5m2:microxcaling",
                                "mxfp8:ct"),
                        more),
                entry(
                        "mxfp6",
                        "MXFP6: 6-bit floats, one power of two per 32 weights (OCP)",
                        List.of("e2m3", "e3m2"),
                        List.of(MxSystem.TORCHAO, MxSystem.CT, MxSystem.MICROXCALING),
                        List.of("mxfp6", "mxfp6:e3m2:ceil", "mxfp6:e3m2:torchao", "mxfp6:ct"),
                        more),
                entry(
                        "mxfp4",
                        "MXFP4: 4-bit floats, one power of two per 32 weights (OCP)",
                        List.of(),
                        List.of(MxSystem.TORCHAO, MxSystem.CT, MxSystem.MICROXCALING, MxSystem.MODELOPT),
                        List.of(
                                "mxfp4",
                                "mxfp4:even",
                                "mxfp4:ceil:away",
                                "mxfp4:rceil",
                                "mxfp4:log2f:tozero",
                                "mxfp4:torchao",
                                "mxfp4:torchao:rceil",
                                "mxfp4:ct",
                                "mxfp4:microxcaling",
                                "mxfp4:microxcaling:rne",
                                "mxfp4:modelopt"),
                        more),
                entry(
                        "mxint8",
                        "MXINT8: 8-bit integers in 64ths, one power of two per 32 weights (OCP)",
                        List.of(),
                        List.of(MxSystem.MICROXCALING),
                        List.of("mxint8", "mxint8:rceil", "mxint8:microxcaling"),
                        more),
                nvfp4(more.getOrDefault("nvfp4", Map.of())));
    }

    private static Registry.Entry<Format> entry(
            String name,
            String summary,
            List<String> elements,
            List<MxSystem> systems,
            List<String> examples,
            Map<String, Map<String, Function<Recipe, Format>>> more) {
        Map<String, Function<Recipe, Format>> others = more.getOrDefault(name, Map.of());
        List<String> systemWords = systems.stream().map(MxSystem::word).toList();
        List<String> words = Stream.of(elements, RULES, TIES, systemWords, sorted(others))
                .flatMap(List::stream)
                .toList();
        return new Registry.Entry<>(
                name,
                summary,
                words,
                with(examples, name, others),
                other(others, recipe -> mx(recipe, words, elements, systemWords)));
    }

    private static List<String> sorted(Map<String, Function<Recipe, Format>> others) {
        return others.keySet().stream().sorted().toList();
    }

    private static List<String> with(List<String> examples, String name, Map<String, Function<Recipe, Format>> others) {
        return Stream.concat(examples.stream(), sorted(others).stream().map(word -> name + ":" + word))
                .toList();
    }

    /** A recipe with someone else's word goes to them, any other to us. */
    private static Function<Recipe, Format> other(
            Map<String, Function<Recipe, Format>> others, Function<Recipe, Format> ours) {
        return recipe -> recipe.options().stream()
                .filter(others::containsKey)
                .findFirst()
                .map(others::get)
                .orElse(ours)
                .apply(recipe);
    }

    private static Format mx(Recipe recipe, List<String> known, List<String> elements, List<String> systems) {
        Options options = new Options(recipe, known.toArray(String[]::new));
        String element = elements.isEmpty() ? "" : options.oneOf(elements.toArray(String[]::new));
        String ruleWord =
                options.oneOf(Stream.concat(Stream.of(""), RULES.stream()).toArray(String[]::new));
        String tiesWord =
                options.oneOf(Stream.concat(Stream.of(""), TIES.stream()).toArray(String[]::new));
        String systemWord =
                options.oneOf(Stream.concat(Stream.of(""), systems.stream()).toArray(String[]::new));
        options.done();
        MxSystem system = Arrays.stream(MxSystem.values())
                .filter(s -> s.word().equals(systemWord))
                .findFirst()
                .orElseThrow();
        ScaleRule rule = rule(recipe, system, ruleWord);
        Ties ties = ties(recipe, system, tiesWord);
        if (system == MxSystem.CT && List.of("e5m2", "e3m2").contains(element)) {
            throw together(recipe, element, "ct", "compressed-tensors knows e4m3, e2m3 and e2m1");
        }
        ZeroSign zeros = zeros(recipe.name(), system, ties);
        FloatElement made = recipe.name().equals("mxint8")
                ? FloatElement.int8(ties)
                : FloatElement.of(type(recipe.name(), element), ties, zeros);
        int mantissa = system == MxSystem.CT && recipe.name().equals("mxfp8") ? 1 : made.mantissaBits();
        List<String> canonical = new ArrayList<>();
        if (!element.isEmpty()) {
            canonical.add(element);
        }
        if (system != MxSystem.OCP) {
            canonical.add(system.word());
        }
        if (system == MxSystem.OCP || system == MxSystem.TORCHAO) {
            canonical.add(rule.word());
        }
        if (system == MxSystem.OCP || system == MxSystem.MICROXCALING) {
            canonical.add(ties.word());
        }
        return new ScaledFloats(
                recipe,
                new Recipe(recipe.name(), canonical),
                texts(made, rule, system),
                made,
                new MxScaling(made, rule, system, mantissa));
    }

    private static ScaleRule rule(Recipe recipe, MxSystem system, String word) {
        ScaleRule own = switch (system) {
            case OCP, TORCHAO -> ScaleRule.FLOOR;
            case CT -> ScaleRule.EVEN;
            case MICROXCALING -> ScaleRule.LOG2F;
            case MODELOPT -> ScaleRule.RCEIL;
        };
        if (word.isEmpty()) {
            return own;
        }
        ScaleRule rule = ScaleRule.valueOf(word.toUpperCase(Locale.ROOT));
        boolean open = system == MxSystem.OCP || (system == MxSystem.TORCHAO && rule != ScaleRule.LOG2F);
        if (!open && rule != own) {
            throw together(
                    recipe,
                    system.word(),
                    word,
                    system.title() + " has "
                            + (system == MxSystem.TORCHAO ? "floor, even, ceil and rceil" : own.word()));
        }
        return rule;
    }

    private static Ties ties(Recipe recipe, MxSystem system, String word) {
        Ties own = switch (system) {
            case OCP, TORCHAO, CT -> Ties.EVEN;
            case MICROXCALING -> Ties.AWAY;
            case MODELOPT -> Ties.TO_ZERO;
        };
        if (word.isEmpty()) {
            return own;
        }
        Ties ties = Arrays.stream(Ties.values())
                .filter(t -> t.word().equals(word))
                .findFirst()
                .orElseThrow();
        boolean open = system == MxSystem.OCP || (system == MxSystem.MICROXCALING && ties != Ties.TO_ZERO);
        if (!open && ties != own) {
            throw together(
                    recipe,
                    system.word(),
                    word,
                    system.title() + " has "
                            + (system == MxSystem.MICROXCALING
                                    ? "away (its \"nearest\") and rne (its \"even\")"
                                    : own.word()));
        }
        return ties;
    }

    private static ZeroSign zeros(String name, MxSystem system, Ties ties) {
        return switch (system) {
            case OCP -> ties == Ties.TO_ZERO ? ZeroSign.PLUS : ZeroSign.KEPT;
            case TORCHAO -> ZeroSign.KEPT;
            case CT -> name.equals("mxfp6") ? ZeroSign.KEPT : ZeroSign.OF_NEGATIVES;
            case MICROXCALING -> ZeroSign.OF_NEGATIVES;
            case MODELOPT -> ZeroSign.ZERO_IS_MINUS;
        };
    }

    private static Minifloat type(String name, String element) {
        return switch (name + element) {
            case "mxfp8e4m3" -> Minifloat.E4M3FN;
            case "mxfp8e5m2" -> Minifloat.E5M2;
            case "mxfp6e2m3" -> Minifloat.E2M3;
            case "mxfp6e3m2" -> Minifloat.E3M2;
            default -> Minifloat.E2M1;
        };
    }

    private static IllegalArgumentException together(Recipe recipe, String a, String b, String why) {
        return new IllegalArgumentException(
                "\"" + recipe + "\": \"" + a + "\" and \"" + b + "\" can not stand together: " + why);
    }

    private static ScaledFloats.Texts texts(FloatElement element, ScaleRule rule, MxSystem system) {
        String description = String.format(
                Locale.ROOT,
                "%s codes, one E8M0 scale per 32 weights: %s, %s%s",
                element.name(),
                rule.formula(),
                element.ties().text(),
                system == MxSystem.OCP ? "" : ", as " + system.title() + " does");
        String zeros = switch (system) {
            case OCP ->
                "A block of zeros stores the scale 2^-127; zeros keep their sign"
                        + (element.ties() == Ties.TO_ZERO || element.type() == null
                                ? " only in the weights, not in the codes. "
                                : ". ");
            case TORCHAO ->
                "A block of zeros stores the scale 2^-127; zeros keep their sign. Where the scale is stored as 2^-127, "
                        + (rule == ScaleRule.RCEIL
                                ? "weights are not scaled at all before they are rounded, so such blocks become zeros. "
                                : "weights are divided by 2^-126, so they decode to half of what they were: torchao avoids a subnormal divisor. ");
            case CT ->
                "A block of zeros stores the scale 2^-127"
                        + (element.bits() == 6
                                ? "; zeros keep their sign. "
                                : "; −0 becomes +0, a negative number that rounds to zero −0. ");
            case MICROXCALING ->
                "A block of zeros counts as one of 2^-126; −0 becomes +0, a negative number that rounds to zero −0. "
                        + "The float32 just below half of the smallest element, which microxcaling's addition of 0.5 rounds up, is rounded down. ";
            case MODELOPT ->
                "A block of zeros stores the scale 2^-127; zeros of both signs become −0, as ModelOpt encodes them. ";
        };
        return new ScaledFloats.Texts(
                description,
                zeros
                        + "In a constant block all weights get one code. Blocks below 2^-127 times the largest element share the scale 2^-127. "
                        + "Blocks so large that they would decode to infinity are refused with their place, where the original writes a scale of 254 or 255.");
    }

    private static Registry.Entry<Format> nvfp4(Map<String, Function<Recipe, Format>> others) {
        List<String> words = Stream.concat(Stream.of("torchao", "ct", "one"), sorted(others).stream())
                .toList();
        return new Registry.Entry<>(
                "nvfp4",
                "NVFP4: 4-bit floats, one E4M3 scale per 16 weights and one float32 per tensor (NVIDIA)",
                words,
                with(List.of("nvfp4", "nvfp4:torchao", "nvfp4:ct"), "nvfp4", others),
                other(others, recipe -> {
                    Options options = new Options(recipe, words.toArray(String[]::new));
                    String word = options.oneOf("torchao", "ct", "one");
                    options.done();
                    Nvfp4System system = Nvfp4System.valueOf(word.toUpperCase(Locale.ROOT));
                    FloatElement element = FloatElement.of(
                            Minifloat.E2M1,
                            Ties.EVEN,
                            system == Nvfp4System.CT ? ZeroSign.OF_NEGATIVES : ZeroSign.KEPT);
                    return new ScaledFloats(
                            recipe,
                            Recipe.of("nvfp4", word),
                            texts(system),
                            element,
                            new Nvfp4Scaling(element, system));
                }));
    }

    private static ScaledFloats.Texts texts(Nvfp4System system) {
        String codes = "e2m1fn codes, ties to even, one E4M3 scale per 16 weights";
        return switch (system) {
            case TORCHAO ->
                new ScaledFloats.Texts(
                        codes + ": amax / 6 over the tensor's amax / 2688, as torchao does",
                        "A block of zeros stores the scale 2^-6, and so does any block whose scale would be smaller. A tensor of zeros stores the tensor scale 1, and one whose largest weight is below 2688 · 2^-120 the scale 2^-120; torchao writes NaN there. −0 stays −0. A tensor so large that 448 · 6 times its scale is infinite is refused.");
            case CT ->
                new ScaledFloats.Texts(
                        codes
                                + ": amax / 6 times the tensor's 2688 / amax, which is stored, as compressed-tensors does",
                        "A block whose scale rounds to 0, a block of zeros among them, stores the scale 0.125. A tensor of zeros, or below 8e-36, stores the global scale 1. −0 becomes +0, a negative number that rounds to zero −0. A tensor so large that it would decode to infinity is refused.");
            case ONE ->
                new ScaledFloats.Texts(
                        codes + ": amax / 6, without a scale of the tensor, as torchao does when it is given none",
                        "A block of zeros stores the scale 2^-6, and so does any block whose scale would be smaller: weights far below 2^-6 are lost. A block beyond 2688, whose scale E4M3 does not hold, is refused, where torchao cuts it. −0 stays −0.");
        };
    }
}
