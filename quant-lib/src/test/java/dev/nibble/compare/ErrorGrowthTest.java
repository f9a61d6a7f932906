package dev.nibble.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.Progress;
import dev.nibble.metric.Evaluation;
import dev.nibble.metric.Protocol;
import dev.nibble.model.Model;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErrorGrowthTest {
    @TempDir
    private Path folder;

    private static Evaluation evaluation(Model model) {
        return Evaluation.of(
                model.tokenizer(), "The quick brown fox jumps over the lazy dog. ".repeat(4), Protocol.gptq(24));
    }

    @Test
    void errorsBeginInTheLayerThatIsQuantized() {
        try (Model model = TinyFolder.open("llama", folder)) {
            Evaluation evaluation = evaluation(model);
            ErrorGrowth all = ErrorGrowth.of(model, "int3:g16", evaluation, Progress.NONE);
            ErrorGrowth first = ErrorGrowth.ofLayer(model, "int3:g16", 0, evaluation, Progress.NONE);
            ErrorGrowth second = ErrorGrowth.ofLayer(model, "int3:g16", 1, evaluation, Progress.NONE);
            assertThat(all.steps()).hasSize(2).allMatch(s -> s.mean() > 0 && s.largest() >= s.mean());
            // Behind the first layer nothing of the second is known yet.
            assertThat(first.steps().getFirst()).isEqualTo(all.steps().getFirst());
            assertThat(second.steps().getFirst().mean()).isZero();
            assertThat(second.steps().getLast().mean()).isPositive();
            assertThat(ErrorGrowth.of(model, "int3:g16", evaluation, Progress.NONE))
                    .isEqualTo(all);
            assertThatThrownBy(() -> ErrorGrowth.ofLayer(model, "int3:g16", 2, evaluation, Progress.NONE))
                    .hasMessageContaining("layer 2");
        }
    }

    @Test
    void aFormatThatHoldsTheNumbersMakesNone() {
        try (Model model = TinyFolder.open("llama", folder)) {
            assertThat(ErrorGrowth.of(model, "fp32", evaluation(model), Progress.NONE)
                            .steps())
                    .allMatch(s -> s.mean() == 0 && s.largest() == 0);
        }
    }
}
