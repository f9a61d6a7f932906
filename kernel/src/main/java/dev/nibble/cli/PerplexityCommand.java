package dev.nibble.cli;

import dev.nibble.core.Progress;
import dev.nibble.metric.Evaluation;
import dev.nibble.metric.Perplexity;
import dev.nibble.metric.Protocol;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.Model;
import java.util.LinkedHashMap;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The perplexity of a model on a text. */
@Command(
        name = "perplexity",
        description = {
            "Run a model over a text, and say how badly it is surprised.",
            "",
            "  nibble perplexity smollm2-135m --text book.txt --protocol llama.cpp --chunks 20",
            ""
        })
final class PerplexityCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Mixin
    private TextOption text;

    @Mixin
    private ModelRecipeOption recipe;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            defaultValue = "llama.cpp",
            description = "llama.cpp, gptq, lm-eval or sliding: how the text is cut and scored"
                    + " (default: ${DEFAULT-VALUE}).")
    private String protocol;

    @Option(
            names = "--context",
            paramLabel = "N",
            defaultValue = "0",
            description = "Tokens of a window (default: 512, 2048, 2048 or 1024, by the protocol).")
    private int context;

    @Option(
            names = "--stride",
            paramLabel = "N",
            defaultValue = "0",
            description = "Sliding: tokens from one window to the next (default: half a window).")
    private int stride;

    @Option(
            names = "--chunks",
            paramLabel = "N",
            defaultValue = "0",
            description = "Windows at most, from the first on (default: all).")
    private int chunks;

    @Parameters(paramLabel = "MODEL", description = ModelOption.WORDS)
    private String model;

    @Override
    int work() throws Exception {
        Protocol how = Protocol.named(protocol, context, stride);
        try (Model opened = ModelOption.open(model)) {
            LanguageModel language = recipe.of(opened);
            Evaluation evaluation =
                    Evaluation.of(language.tokenizer(), text.text().documents(), how, chunks);
            Perplexity found = Perplexity.of(language, evaluation, Progress.current());
            if (json.asked()) {
                var facts = new LinkedHashMap<String, Object>();
                facts.put("model", found.model());
                facts.put("perplexity", found.perplexity());
                facts.put("plusMinus", found.plusMinus());
                facts.put("nll", found.nll());
                facts.put("standardError", found.standardError());
                facts.put("tokens", found.tokens());
                facts.put("windows", found.windows());
                facts.put("bitsPerByte", found.bytes() == 0 ? null : found.bitsPerByte());
                facts.put("entropy", found.entropy());
                facts.put("protocol", how.text());
                facts.put("protocolText", how.describe());
                facts.put("tokenizer", found.tokenizer());
                facts.put("data", found.data());
                Json.print(facts);
            } else {
                System.out.println(found);
                System.out.println(how.describe());
                if (found.windows() > 1) {
                    System.out.println("after each window: "
                            + String.join(
                                    ", ",
                                    found.running()
                                            .mapToObj(v -> String.format(Locale.ROOT, "%.4f", v))
                                            .toList()));
                }
            }
        }
        return 0;
    }
}
