package dev.nibble.cli;

import dev.nibble.model.LanguageModel;
import dev.nibble.model.Model;
import picocli.CommandLine.Option;

/** The recipe that a model's weights are quantized in before it runs. */
final class ModelRecipeOption {
    @Option(
            names = {"-r", "--recipe"},
            paramLabel = "RECIPE",
            description = "Quantize the weights first, such as int4:g128 or w=nf4:b64;head=int8.")
    private String recipe;

    LanguageModel of(Model model) {
        LanguageModel language = model.language();
        return recipe == null ? language : language.in(recipe);
    }
}
