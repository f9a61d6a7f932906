package dev.nibble.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How often a run of each format asks whether to stop. */
class StopRequestTest {
    /** Not in time, but in looks at the stop request: a run under way has them all along, and the one half-way stops it. */
    @ParameterizedTest
    @MethodSource("dev.nibble.format.FormatBatteryTest#recipes")
    void looksForAStopWhileItRuns(String recipe) {
        Format format = FormatBatteryTest.parse(recipe);
        Matrix w = Generators.gaussian(2, 1 << 16, 4);
        Looks all = new Looks(Integer.MAX_VALUE);
        format.quantize(w, all);
        assertThat(all.count.get()).as("looks in 2^17 weights").isGreaterThanOrEqualTo(2);
        Looks half = new Looks(all.count.get() / 2 + 1);
        assertThatThrownBy(() -> format.quantize(w, half)).isInstanceOf(Cancelled.class);
    }

    /** Counts how often it is asked whether to stop, and at one of them begins to say yes. */
    private static final class Looks extends CancelToken implements Progress {
        private final AtomicInteger count = new AtomicInteger();
        private final int stopAt;

        Looks(int stopAt) {
            this.stopAt = stopAt;
        }

        @Override
        public boolean isCancelled() {
            return count.incrementAndGet() >= stopAt;
        }

        @Override
        public Task task(String title, long total, String unit) {
            return Progress.NONE.task(title, total, unit);
        }

        @Override
        public CancelToken cancelToken() {
            return this;
        }
    }
}
