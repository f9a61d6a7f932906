package dev.nibble.cli;

import dev.nibble.core.Progress;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.Model;
import dev.nibble.model.tokenizer.TokenText;
import dev.nibble.model.transformer.Sampling;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A text that a model continues. */
@Command(
        name = "generate",
        description = {
            "Continue a text, token by token as it comes.",
            "",
            "  nibble generate smollm2-135m --prompt \"The capital of France is\" --recipe int4:g32",
            ""
        })
final class GenerateCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Mixin
    private ModelRecipeOption recipe;

    @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "The text to continue.")
    private String prompt;

    @Option(
            names = {"-n", "--tokens"},
            paramLabel = "N",
            defaultValue = "64",
            description = "Tokens at most (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0",
            description = "What logits are divided by before one is drawn; 0 takes the largest"
                    + " (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "0",
            description = "Draw among the K largest; 0 for all (default: ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description = "Draw among the most probable that together reach P (default: ${DEFAULT-VALUE}).")
    private double topP;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "The same seed draws the same text (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Parameters(paramLabel = "MODEL", description = ModelOption.WORDS)
    private String model;

    @Override
    int work() {
        if (tokens < 1) {
            throw new IllegalArgumentException("--tokens " + tokens + ": expected 1 or more");
        }
        Sampling sampling = new Sampling(temperature, topK, topP, seed);
        try (Model opened = ModelOption.open(model)) {
            LanguageModel language = recipe.of(opened);
            int[] read = language.prompt(prompt);
            TokenText text = new TokenText(language.tokenizer());
            boolean quiet = json.asked();
            int[] made = language.generate(read, tokens, sampling, Progress.current(), token -> {
                String piece = text.add(token);
                if (!quiet) {
                    System.out.print(piece);
                    System.out.flush();
                }
            });
            String rest = text.end();
            if (quiet) {
                var facts = new LinkedHashMap<String, Object>();
                facts.put("model", language.name());
                facts.put("prompt", prompt);
                facts.put("promptTokens", read);
                facts.put("tokens", made);
                facts.put("text", text.toString());
                facts.put("temperature", temperature);
                facts.put("topK", topK);
                facts.put("topP", topP);
                facts.put("seed", seed);
                Json.print(facts);
            } else {
                System.out.println(rest);
            }
        }
        return 0;
    }
}
