package dev.nibble.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nibble.core.Progress;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecallTest {
    @Test
    void smolLm2FindsAPhraseAgainAndTwoBitsForgetIt() {
        assumeTrue(Models.available("smollm2-135m"), "smollm2-135m is not in the cache: nibble model smollm2-135m");
        try (Model model = Models.open("smollm2-135m", Progress.NONE)) {
            LanguageModel base = model.language();
            Recall same = Recall.of(base, base.in("q4_1"), List.of(16, 48), 3, 1, Progress.NONE);
            assertThat(same.points()).allMatch(p -> p.change() == 0 && p.changeError() == 0 && p.base() == p.other());
            Recall coarse = Recall.of(base, base.in("int2:g32"), List.of(16, 48), 3, 1, Progress.NONE);
            assertThat(coarse.points()).allMatch(p -> p.base() > p.other());
            for (int i = 0; i < 2; i++) {
                assertThat(coarse.points().get(i).base())
                        .as("the same samples")
                        .isEqualTo(same.points().get(i).base());
            }
            assertThatThrownBy(() -> Recall.of(base, base, List.of(7), 3, 1, Progress.NONE))
                    .hasMessageContaining("expected 8 to");
            assertThatThrownBy(() -> Recall.of(base, base, List.of(100_000), 3, 1, Progress.NONE))
                    .hasMessageContaining("context");
        }
    }
}
