package dev.nibble.format;

import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Recipe;
import dev.nibble.core.RecipeCheck;
import dev.nibble.core.Registry;
import dev.nibble.core.Vocabulary;
import dev.nibble.format.codebook.CodebookFormats;
import dev.nibble.format.gguf.BlockCodecs;
import dev.nibble.format.gguf.GgufFormat;
import dev.nibble.format.integer.IntegerFormat;
import dev.nibble.format.microscaling.Microscaling;
import dev.nibble.format.minifloat.MinifloatFormats;
import dev.nibble.format.ternary.TernaryFormat;
import java.util.List;
import java.util.Set;

/** All number formats by name. A new format is one class and one line here. */
public final class Formats {
    private static final Registry<Format> REGISTRY = new Registry<>("format");

    /** First words of recipes that are not formats, so that an error can say so. */
    private static final Set<String> METHODS = Set.of("gptq", "awq", "smoothquant", "llmint8", "hqq", "mixed");

    static {
        for (int bits = 8; bits >= 1; bits--) {
            REGISTRY.add(IntegerFormat.entry(bits));
        }
        REGISTRY.add(TernaryFormat.ternary());
        REGISTRY.add(TernaryFormat.bitnet());
        REGISTRY.add(TernaryFormat.binary());
        CodebookFormats.entries().forEach(REGISTRY::add);
        BlockCodecs.recipes().forEach(codec -> REGISTRY.add(GgufFormat.entry(codec)));
        MinifloatFormats.entries().forEach(REGISTRY::add);
        Microscaling.entries(GgufFormat.presets()).forEach(REGISTRY::add);
    }

    private Formats() {}

    /**
     * The format that a recipe describes: {@code int8}, {@code int4:sym:g32}, {@code nf4:b64}.
     *
     * @throws IllegalArgumentException if the text is not a recipe of a format; the message names the nearest one
     */
    public static Format parse(@Vocabulary.Of("recipe") String recipe) {
        return of(Recipe.parse(recipe));
    }

    /** The format that a recipe describes. */
    public static Format of(Recipe recipe) {
        if (METHODS.contains(recipe.name()) && !REGISTRY.has(recipe.name())) {
            throw new IllegalArgumentException("\"" + recipe + "\": " + recipe.name()
                    + " is a method that chooses the codes with calibration data, not a format; a format alone is"
                    + " written without it, as in int4:g128. Known formats: "
                    + String.join(", ", all().stream().map(Registry.Entry::name).toList()));
        }
        return REGISTRY.make(recipe);
    }

    /** Knows formats, and the names of methods. */
    public static final class Check implements RecipeCheck {
        @Override
        public void check(Recipe recipe) {
            if (!METHODS.contains(recipe.name())) {
                of(recipe);
            }
        }
    }

    /** Completes the recipes of formats. */
    public static final class RecipeWords implements Vocabulary {
        @Override
        public String name() {
            return "recipe";
        }

        @Override
        public List<Word> complete(String typed, Object owner) {
            return words(Formats.complete(typed));
        }

        static List<Word> words(List<String> recipes) {
            return recipes.stream()
                    .map(recipe -> new Word(recipe, summary(recipe)))
                    .toList();
        }

        /** Of the format alone: the words after it are its options. */
        private static String summary(String recipe) {
            return all().stream()
                    .filter(entry -> entry.name().equals(recipe))
                    .map(Registry.Entry::summary)
                    .findFirst()
                    .orElse("");
        }
    }

    /** Completes the recipes of whole models, short or long. */
    public static final class ModelRecipeWords implements Vocabulary {
        @Override
        public String name() {
            return "model-recipe";
        }

        @Override
        public List<Word> complete(String typed, Object owner) {
            return RecipeWords.words(ModelRecipe.complete(typed, Formats::complete));
        }
    }

    /**
     * The recipe of a whole model, short or long, whose formats all exist.
     *
     * @throws IllegalArgumentException if one does not; the message names the nearest one
     */
    public static ModelRecipe model(@Vocabulary.Of("model-recipe") String text) {
        ModelRecipe recipe = ModelRecipe.parse(text);
        for (ModelRecipe.Entry entry : recipe.entries()) {
            if (!entry.keeps()) {
                of(entry.recipe());
            }
        }
        return recipe;
    }

    /** Every format there is: name, one line about it, its options and examples. */
    public static List<Registry.Entry<Format>> all() {
        return REGISTRY.all();
    }

    /** Recipes that begin with {@code prefix}, for completion. */
    public static List<String> complete(String prefix) {
        return REGISTRY.complete(prefix);
    }

    /** Adds a format of one's own for the rest of this process; its recipes then work everywhere. */
    public static void register(Registry.Entry<Format> entry) {
        REGISTRY.add(entry);
    }
}
