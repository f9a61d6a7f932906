package dev.nibble.cli;

import dev.nibble.compare.Comparison;
import dev.nibble.metric.Protocol;
import dev.nibble.model.Model;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is compared, and on what. */
final class ComparisonOptions {
    private static final List<String> USUAL = List.of(
            "fp16", "fp8:e4m3", "int8", "int4:g32", "nf4:b64", "mxfp4", "nvfp4", "q4_k", "int3:g32", "int2:g32");

    @Mixin
    private TextOption text;

    @Option(names = "--questions", paramLabel = "FILE", description = "JSON lines with question, choices, answer.")
    private String questions;

    @Option(
            names = "--recipes",
            paramLabel = "RECIPES",
            split = ",",
            description = "Recipes, with commas between them (default: ten of all kinds).")
    private List<String> recipes;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            description = "llama.cpp, gptq, lm-eval or sliding, or with numbers, as in sliding:1024:512"
                    + " (default: llama.cpp).")
    private String protocol;

    @Option(names = "--full", description = "All of the text and all questions.")
    private boolean full;

    @Option(names = "--fresh", description = "Compute every row anew.")
    private boolean fresh;

    /** The comparison that was asked for. */
    Comparison of(Model model) throws IOException {
        Comparison comparison = Comparison.of(model)
                .on(text.with(questions))
                .by(Protocol.parse(protocol == null ? "llama.cpp" : protocol))
                .add((recipes == null ? USUAL : recipes).toArray(String[]::new));
        if (full) {
            comparison.full();
        }
        if (fresh) {
            comparison.fresh();
        }
        return comparison;
    }

    /** The files that were named. */
    TextOption text() {
        return text;
    }

    /** The questions that were named; null for none. */
    String questions() {
        return questions;
    }

    /** Whether anything was asked for but a text and questions. */
    boolean choose() {
        return recipes != null || protocol != null || full || fresh;
    }
}
