package dev.nibble.cli;

import dev.nibble.metric.Evaluation;
import dev.nibble.metric.EvaluationData;
import dev.nibble.metric.Protocol;
import dev.nibble.model.tokenizer.Tokenizer;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A little text to look into a model with: few short windows, for every one is run very often. */
final class PassageOption {
    @Mixin
    private TextOption text;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            defaultValue = "gptq:64",
            description = "How the text is cut and scored: llama.cpp, gptq, lm-eval or sliding, with numbers"
                    + " (default: ${DEFAULT-VALUE}, windows of 64 tokens).")
    private String protocol;

    @Option(
            names = "--windows",
            paramLabel = "N",
            defaultValue = "8",
            description = "Windows at most, from the first on; 0 for all (default: ${DEFAULT-VALUE}).")
    private int windows;

    EvaluationData data() throws IOException {
        return text.text();
    }

    Protocol protocol() {
        return Protocol.parse(protocol);
    }

    /** @throws IllegalArgumentException if it is negative */
    int windows() {
        if (windows < 0) {
            throw new IllegalArgumentException("--windows " + windows + ": expected 1 or more, or 0 for all");
        }
        return windows;
    }

    Evaluation evaluation(Tokenizer tokenizer) throws IOException {
        return Evaluation.of(tokenizer, data().documents(), protocol(), windows());
    }
}
