package dev.nibble.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nibble.core.Progress;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.LogitsSource;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import dev.nibble.model.tokenizer.Tokenizer;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RecallTest {
    private static final int WORDS = 26 * 26;

    /** Two letters each. */
    private record Words() implements Tokenizer {
        @Override
        public String describe() {
            return "two letters a token";
        }

        @Override
        public String identity() {
            return "words";
        }

        @Override
        public int vocabulary() {
            return WORDS;
        }

        @Override
        public int[] encode(String text, boolean special) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String decode(int... tokens) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] bytes(int token) {
            return new byte[] {(byte) ('a' + token / 26), (byte) ('a' + token % 26)};
        }

        @Override
        public OptionalInt bos() {
            return OptionalInt.empty();
        }

        @Override
        public OptionalInt eos() {
            return OptionalInt.empty();
        }

        @Override
        public boolean addsBos() {
            return false;
        }
    }

    /** Expects what came after the same token before, if that is not too long ago; else anything. */
    private record Copier(String name, int memory, float logit) implements LogitsSource {
        @Override
        public Tokenizer tokenizer() {
            return new Words();
        }

        @Override
        public int vocabulary() {
            return WORDS;
        }

        @Override
        public int contextLength() {
            return 500;
        }

        @Override
        public void logits(List<Window> windows, Progress progress, LogitsSink sink) {
            for (int w = 0; w < windows.size(); w++) {
                Window window = windows.get(w);
                for (int p = window.from(); p < window.length(); p++) {
                    float[] logits = new float[WORDS];
                    for (int before = p - 1; before >= Math.max(0, p - memory); before--) {
                        if (window.token(before) == window.token(p)) {
                            logits[window.token(before + 1)] = logit;
                            break;
                        }
                    }
                    sink.accept(w, p, 1, logits, 0);
                }
            }
        }

        double found() {
            return Math.exp(logit) / (Math.exp(logit) + WORDS - 1);
        }
    }

    @Test
    void aModelThatCopiesFindsWhatItsMemoryHoldsAndNothingElse() {
        Copier base = new Copier("long", 100, 8);
        Copier other = new Copier("short", 40, 6);
        Recall recall = Recall.of(base, other, List.of(8, 40, 41, 100, 101), 4, 7, Progress.NONE);
        for (Recall.Point point : recall.points()) {
            double first = point.distance() <= 100 ? base.found() : 1.0 / WORDS;
            double second = point.distance() <= 40 ? other.found() : 1.0 / WORDS;
            assertThat(point.base()).as("%s", point).isCloseTo(first, within(1e-12));
            assertThat(point.other()).as("%s", point).isCloseTo(second, within(1e-12));
            assertThat(point.change()).isCloseTo(second - first, within(1e-12));
            assertThat(point.baseError() + point.otherError() + point.changeError())
                    .as("all samples are alike")
                    .isCloseTo(0, within(1e-12));
        }
        assertThat(recall.verdict()).contains("at 8 tokens", "at 100 tokens").doesNotContain("101");
        Recall same = Recall.of(base, base, List.of(8, 101), 4, 7, Progress.NONE);
        assertThat(same.points()).allMatch(p -> p.base() == p.other() && p.change() == 0 && p.changeError() == 0);
        assertThat(same.verdict()).contains("exactly");
    }

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
