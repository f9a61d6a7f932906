package dev.nibble.model;

import dev.nibble.core.Recipe;
import dev.nibble.format.Formats;
import java.util.HashMap;
import java.util.Map;

/**
 * What a weight gets whose rows a format does not take: for GGUF's types of 256 weights the one that llama.cpp falls back
 * to (llama-quant.cpp), and float16 where that does not fit either. Other formats have no such rule.
 */
public final class FittingRecipe {
    private static final Map<String, String> FALLBACKS = fallbacks();

    private FittingRecipe() {}

    private static Map<String, String> fallbacks() {
        Map<String, String> all = new HashMap<>(Map.of("q4_k", "q5_0", "q5_k", "q5_1", "q6_k", "q8_0"));
        for (String type : new String[] {
            "q2_k", "q3_k", "iq1_s", "iq1_m", "iq2_xxs", "iq2_xs", "iq2_s", "iq3_xxs", "iq3_s", "iq4_xs"
        }) {
            all.put(type, "iq4_nl");
        }
        all.put("tq1_0", "q4_0");
        all.put("tq2_0", "q4_0");
        return all;
    }

    /**
     * The recipe, or what stands in for it.
     *
     * @param rows of the weight
     * @param cols length of a row
     * @throws IllegalArgumentException if the format does not take such rows and nothing stands in for it
     */
    public static Recipe of(Recipe recipe, long rows, int cols) {
        String refusal = refusal(recipe, rows, cols);
        String other = FALLBACKS.get(recipe.toString());
        if (refusal == null) {
            return recipe;
        }
        if (other == null) {
            throw new IllegalArgumentException(refusal);
        }
        Recipe stand = Recipe.parse(other);
        return refusal(stand, rows, cols) == null ? stand : Recipe.parse("fp16");
    }

    private static String refusal(Recipe recipe, long rows, int cols) {
        try {
            Formats.parse(recipe.toString()).layout(rows, cols);
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }
}
