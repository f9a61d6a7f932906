package dev.nibble.checkpoint;

import dev.nibble.core.Recipe;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Which formats write exactly the bytes of a type that files have. */
final class StoredTypes {
    /** Recipes whose name is not that of the type. */
    private static final Map<DType, String> RECIPES = new LinkedHashMap<>();

    static {
        RECIPES.put(DType.F32, "fp32");
        RECIPES.put(DType.F16, "fp16");
        RECIPES.put(DType.BF16, "bf16");
        RECIPES.put(DType.MXFP4, "mxfp4:ggml");
        RECIPES.put(DType.NVFP4, "nvfp4:ggml");
        for (DType type : DType.values()) {
            if (type.compareTo(DType.F4) > 0) {
                RECIPES.putIfAbsent(type, type.name().toLowerCase(Locale.ROOT));
            }
        }
    }

    private StoredTypes() {}

    /** The type whose bytes a format writes. */
    static Optional<DType> of(Format format) {
        for (var entry : RECIPES.entrySet()) {
            Recipe recipe = Recipe.parse(entry.getValue());
            if (recipe.name().equals(format.recipe().name())
                    && make(recipe).filter(format::equals).isPresent()) {
                return Optional.of(entry.getKey());
            }
        }
        return Optional.empty();
    }

    /** The format that writes a type. */
    static Optional<Format> format(DType type) {
        return Optional.ofNullable(RECIPES.get(type)).map(Recipe::parse).flatMap(StoredTypes::make);
    }

    /** The recipes of all types that {@code has} takes, for messages. */
    static String recipes(Predicate<DType> has) {
        return RECIPES.entrySet().stream()
                .filter(e -> has.test(e.getKey()) && format(e.getKey()).isPresent())
                .map(Map.Entry::getValue)
                .collect(Collectors.joining(", "));
    }

    private static Optional<Format> make(Recipe recipe) {
        boolean known = Formats.all().stream().anyMatch(e -> e.name().equals(recipe.name()));
        try {
            return known ? Optional.of(Formats.of(recipe)) : Optional.empty();
        } catch (IllegalArgumentException notThisWay) {
            return Optional.empty();
        }
    }
}
