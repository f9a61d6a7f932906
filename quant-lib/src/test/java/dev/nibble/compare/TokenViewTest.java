package dev.nibble.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.core.Progress;
import dev.nibble.metric.Divergence;
import dev.nibble.metric.Evaluation;
import dev.nibble.metric.LogProbabilities;
import dev.nibble.metric.Protocol;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.Model;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenViewTest {
    private static final String TEXT = "The quick brown fox jumps over the lazy dog. And it runs, and runs, and runs.";

    @TempDir
    private Path folder;

    @Test
    void eachTokenHasTheDivergenceThatTheMetricGivesIt() {
        try (Model model = TinyFolder.open("gpt2", folder)) {
            LanguageModel base = model.language();
            LanguageModel other = base.in("int2:g16");
            TokenView view = TokenView.of(base, other, TEXT, Progress.NONE);
            assertThat(view.tokens().stream().map(TokenView.Token::text).collect(Collectors.joining()))
                    .as("no token begins texts here, so the first has no distribution")
                    .isEqualTo(TEXT.substring(1));
            int window = Math.min(TokenView.WINDOW, base.contextLength());
            Evaluation evaluation =
                    Evaluation.of(model.tokenizer(), List.of(TEXT), Protocol.sliding(window, window / 2), 0);
            try (LogProbabilities recorded = LogProbabilities.record(base, evaluation, Progress.NONE)) {
                Divergence divergence = Divergence.of(recorded, other, Progress.NONE);
                for (int i = 0; i < view.tokens().size(); i++) {
                    TokenView.Token token = view.tokens().get(i);
                    assertThat(token.kl()).isCloseTo(divergence.klOfTokens().get(i), within(1e-12));
                    assertThat(token.deltaP())
                            .isCloseTo(divergence.deltaPOfTokens().get(i), within(1e-9));
                    assertThat(token.sameTop() ? 1.0 : 0.0)
                            .isEqualTo(divergence.sameTopOfTokens().get(i));
                    assertThat(token.baseTop())
                            .hasSize(TokenView.SHOWN)
                            .isSortedAccordingTo((a, b) -> Double.compare(b.probability(), a.probability()));
                }
            }
            assertThat(view.farthest(1).getFirst().kl()).isGreaterThanOrEqualTo(view.meanKl());
        }
    }

    @Test
    void aModelAgainstItselfHasNoColour() {
        try (Model model = TinyFolder.open("gpt2", folder)) {
            TokenView view = TokenView.of(model.language(), model.language(), TEXT, Progress.NONE);
            assertThat(view.tokens())
                    .allMatch(t -> t.kl() == 0 && t.deltaP() == 0 && t.baseTop().equals(t.otherTop()));
            assertThatThrownBy(() -> TokenView.of(model.language(), model.language(), "", Progress.NONE))
                    .hasMessageContaining("0 tokens");
        }
    }
}
