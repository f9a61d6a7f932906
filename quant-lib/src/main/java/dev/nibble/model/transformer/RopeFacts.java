package dev.nibble.model.transformer;

import dev.nibble.checkpoint.CheckpointException;
import java.util.Locale;

/** Reads rotary positions from a config.json, in its old and its nested form, and from GGUF metadata. */
final class RopeFacts {
    private static final String LONG = "longrope";

    private RopeFacts() {}

    /**
     * Old form: {@code rope_theta} and {@code rope_scaling}; new form: both in {@code rope_parameters}.
     *
     * @param context the model's longest, as the file says it
     */
    static Rope ofConfig(Facts facts, int headSize, int context) {
        Facts nested = facts.object("rope_parameters").orElse(facts);
        Facts scaling = facts.object("rope_parameters")
                .or(() -> facts.object("rope_scaling"))
                .orElse(null);
        double base = nested.number("rope_theta")
                .or(() -> facts.number("rope_theta"))
                .map(Number::doubleValue)
                .orElse(10_000.0);
        double share = nested.number("partial_rotary_factor")
                .or(() -> facts.number("partial_rotary_factor"))
                .map(Number::doubleValue)
                .orElse(1.0);
        int size = (int) (headSize * share);
        Rope plain = Rope.of(base, size);
        String type = scaling == null ? "default" : type(scaling);
        return switch (type) {
            // The dynamic rule changes nothing up to the model's context, and no further is run here.
            case "default", "mrope", "dynamic" -> plain;
            case "linear" -> plain.linear((float) scaling.requireNumber("factor"));
            case "llama3" ->
                plain.llama3(
                        (float) scaling.requireNumber("factor"),
                        (float) scaling.requireNumber("low_freq_factor"),
                        (float) scaling.requireNumber("high_freq_factor"),
                        scaling.requireInteger("original_max_position_embeddings"));
            case "yarn" -> yarn(scaling, base, size, context);
            case LONG -> longRope(facts, scaling, base, size, context);
            default ->
                throw new CheckpointException(facts.file() + ": rotary positions scaled by \"" + type
                        + "\" are not known here; these are: linear, dynamic, llama3, yarn, longrope");
        };
    }

    /**
     * Most positions that are run: all of the model's, but with LongRoPE those that its short factors are for. Longer
     * texts turn every position in another way, so that what was computed of a text would change as it grows.
     */
    static int context(Facts facts, int context) {
        Facts scaling = facts.object("rope_parameters")
                .or(() -> facts.object("rope_scaling"))
                .orElse(null);
        return scaling != null && type(scaling).equals(LONG) ? Math.min(original(facts, scaling), context) : context;
    }

    private static String type(Facts scaling) {
        return scaling.text("rope_type")
                .or(() -> scaling.text("type"))
                .orElse("default")
                .toLowerCase(Locale.ROOT);
    }

    private static int original(Facts facts, Facts scaling) {
        return scaling.integer("original_max_position_embeddings")
                .or(() -> facts.integer("original_max_position_embeddings"))
                .orElseThrow(() -> scaling.missing("original_max_position_embeddings"));
    }

    private static Rope longRope(Facts facts, Facts scaling, double base, int size, int context) {
        int original = original(facts, scaling);
        double factor = scaling.number("factor").map(Number::doubleValue).orElse((double) context / original);
        double magnitude = scaling.number("attention_factor")
                .map(Number::doubleValue)
                .orElse(factor <= 1 ? 1 : Math.sqrt(1 + StrictMath.log(factor) / StrictMath.log(original)));
        return Rope.longRope(base, size, scaling.numbers("short_factor"), original, magnitude);
    }

    private static Rope yarn(Facts scaling, double base, int size, int context) {
        int original = scaling.integer("original_max_position_embeddings").orElse(context);
        double factor = scaling.number("factor").map(Number::doubleValue).orElse((double) context / original);
        double magnitude =
                scaling.number("attention_factor").map(Number::doubleValue).orElse(Double.NaN);
        if (Double.isNaN(magnitude) && isGiven(scaling, "mscale") && isGiven(scaling, "mscale_all_dim")) {
            double scale = 0.1 * StrictMath.log(factor);
            magnitude = factor <= 1
                    ? 1
                    : (scale * scaling.requireNumber("mscale") + 1)
                            / (scale * scaling.requireNumber("mscale_all_dim") + 1);
        }
        return Rope.yarn(
                base,
                size,
                (float) factor,
                original,
                scaling.number("beta_fast").map(Number::doubleValue).orElse(32.0),
                scaling.number("beta_slow").map(Number::doubleValue).orElse(1.0),
                magnitude,
                scaling.truth("truncate", true));
    }

    private static boolean isGiven(Facts scaling, String key) {
        return scaling.number(key).map(Number::doubleValue).orElse(0.0) != 0;
    }

    /** By {@code rope.*} of the architecture; the factors of Llama 3 come as a tensor besides. */
    static Rope ofGguf(Facts keys, int headSize, int context) {
        double base = keys.number("rope.freq_base").map(Number::doubleValue).orElse(10_000.0);
        int size = keys.integer("rope.dimension_count").orElse(headSize);
        Rope plain = Rope.of(base, size);
        // As llama.cpp: linear where it is not said how, and a factor of 0 is none.
        float factor = keys.number("rope.scaling.factor", "rope.scale_linear")
                .map(Number::floatValue)
                .orElse(0f);
        String type = keys.text("rope.scaling.type").orElse("linear");
        return switch (type) {
            case "none" -> plain;
            case "linear" -> factor == 0 ? plain : plain.linear(factor);
            case "yarn" -> {
                Rope yarn = Rope.yarn(
                        base,
                        size,
                        (float) keys.requireNumber("rope.scaling.factor"),
                        keys.integer("rope.scaling.original_context_length").orElse(context),
                        keys.number("rope.scaling.yarn_beta_fast")
                                .map(Number::doubleValue)
                                .orElse(32.0),
                        keys.number("rope.scaling.yarn_beta_slow")
                                .map(Number::doubleValue)
                                .orElse(1.0),
                        Double.NaN,
                        true);
                yield yarn.times(keys.number("rope.scaling.attn_factor")
                        .map(Number::floatValue)
                        .orElse(1f));
            }
            default ->
                throw new CheckpointException(keys.file() + ": rotary positions scaled by \"" + type
                        + "\" are not known here; these are: none, linear, yarn");
        };
    }
}
