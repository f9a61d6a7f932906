package dev.nibble.compare;

import dev.nibble.core.Recipe;
import java.util.List;

/**
 * Software that serves models, and which files it reads.
 *
 * @param name what it is called
 * @param layouts of files: "safetensors" for weights that are not quantized, "gguf", "gptq", "awq", …
 * @param generations of cards that it runs them on
 * @param source where this is said
 */
public record Engine(String name, List<String> layouts, List<String> generations, String source) {
    private static final List<Engine> ALL = Resources.rows("engines.csv").stream()
            .map(f -> new Engine(
                    f.get(0), List.of(f.get(1).split(" ", -1)), List.of(f.get(2).split(" ", -1)), f.get(3)))
            .toList();

    public Engine {
        layouts = List.copyOf(layouts);
        generations = List.copyOf(generations);
    }

    /** Every engine of the table. */
    public static List<Engine> all() {
        return ALL;
    }

    /** The engines that read one of these layouts and run on such a card. */
    public static List<Engine> reading(List<String> layouts, Accelerator card) {
        return ALL.stream()
                .filter(e -> e.generations.contains(card.generation())
                        && e.layouts.stream().anyMatch(layouts::contains))
                .toList();
    }

    /**
     * Layouts of files that hold weights in a recipe; empty for one that no engine reads.
     *
     * @param recipe of the linears; null for weights that are kept
     */
    public static List<String> layouts(Recipe recipe) {
        if (recipe == null) {
            return List.of("safetensors");
        }
        String name = recipe.name();
        if (name.matches("i?q\\d.*|tq\\d.*")) {
            return List.of("gguf");
        }
        return switch (name) {
            case "int4" -> List.of("gptq", "awq", "compressed-tensors");
            case "int8" -> List.of("gptq", "compressed-tensors");
            case "int2", "int3" -> List.of("gptq", "hqq");
            case "nf4", "bnbfp4" -> List.of("bitsandbytes");
            case "fp8" -> List.of("compressed-tensors", "fp8");
            case "mxfp4", "nvfp4" -> List.of("compressed-tensors", "modelopt", "gguf");
            case "mxfp6", "mxfp8" -> List.of("compressed-tensors");
            case "fp16", "bf16" -> List.of("safetensors", "gguf");
            default -> List.of();
        };
    }
}
