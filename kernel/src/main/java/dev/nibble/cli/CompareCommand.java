package dev.nibble.cli;

import dev.nibble.compare.Comparison;
import dev.nibble.compare.ComparisonResult;
import dev.nibble.core.Live;
import dev.nibble.core.Progress;
import dev.nibble.metric.Protocol;
import dev.nibble.model.Model;
import dev.nibble.plot.Tables;
import dev.nibble.plot.TextTable;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Formats side by side on a model. */
@Command(
        name = "compare",
        description = {
            "Compare number formats on a model: size, perplexity, divergence, accuracy, flips. Rows are kept, so a run that"
                    + " was stopped goes on where it was.",
            "",
            "  nibble compare smollm2-135m --recipes int8,int4:g32,nf4:b64,q4_k",
            ""
        })
final class CompareCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Mixin
    private TextOption text;

    @Option(names = "--questions", paramLabel = "FILE", description = "JSON lines with question, choices, answer.")
    private String questions;

    @Option(
            names = "--recipes",
            paramLabel = "RECIPES",
            split = ",",
            description = "Recipes, with commas between them (default: ten of all kinds).")
    private List<String> recipes = List.of(
            "fp16", "fp8:e4m3", "int8", "int4:g32", "nf4:b64", "mxfp4", "nvfp4", "q4_k", "int3:g32", "int2:g32");

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            defaultValue = "llama.cpp",
            description = "llama.cpp, gptq, lm-eval or sliding, or with numbers, as in sliding:1024:512"
                    + " (default: ${DEFAULT-VALUE}).")
    private String protocol;

    @Option(names = "--full", description = "All of the text and all questions.")
    private boolean full;

    @Option(names = "--fresh", description = "Compute every row anew.")
    private boolean fresh;

    @Parameters(paramLabel = "MODEL", description = ModelOption.WORDS)
    private String model;

    @Override
    int work() throws Exception {
        Protocol how = Protocol.parse(protocol);
        try (Model opened = ModelOption.open(model)) {
            Comparison comparison =
                    Comparison.of(opened).on(text.with(questions)).by(how).add(recipes.toArray(String[]::new));
            if (full) {
                comparison.full();
            }
            if (fresh) {
                comparison.fresh();
            }
            ComparisonResult result = comparison.run(Progress.current(), Live.NONE);
            if (json.asked()) {
                Json.print(result);
            } else {
                System.out.println(TextTable.of(Tables.comparison(result), Terminal.columns(), Integer.MAX_VALUE));
                System.out.println(result.protocol() + "; " + result.tokens() + " tokens scored"
                        + (result.questions() > 0 ? ", " + result.questions() + " questions" : "")
                        + ". ± is one standard error.");
                if (!result.note().isEmpty()) {
                    System.out.println(result.note());
                }
                System.out.println(result.verdict());
            }
        }
        return 0;
    }
}
