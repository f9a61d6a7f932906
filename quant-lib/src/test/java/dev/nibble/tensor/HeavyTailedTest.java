package dev.nibble.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeavyTailedTest {
    /**
     * Quantiles of Student's t, as in any printed table: P(t > 2.132) = 0.05 and P(t > 3.747) = 0.01 with 4 degrees of
     * freedom, 1.812 and 2.764 with 10.
     */
    @ParameterizedTest
    @CsvSource({"4, 2.132, 3.747", "10, 1.812, 2.764"})
    void itsQuantilesAreThoseOfStudentsT(int freedom, double oneInTwenty, double oneInHundred) {
        double std = 0.02;
        double unit = std * Math.sqrt((freedom - 2.0) / freedom); // t itself has the variance freedom / (freedom - 2)
        float[] values = Generators.heavyTailed(400, 1000, 3, freedom, std).values();
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        // four standard errors of the share beyond a quantile
        assertThat(beyond(values, oneInTwenty * unit)).isCloseTo(0.05, within(4 * Math.sqrt(0.05 * 0.95 / n)));
        assertThat(beyond(values, oneInHundred * unit)).isCloseTo(0.01, within(4 * Math.sqrt(0.01 * 0.99 / n)));
        assertThat(sorted[n / 2]).isCloseTo(0, within((float) (4 * 1.3 * std / Math.sqrt(n))));
    }

    private static double beyond(float[] values, double limit) {
        int count = 0;
        for (float v : values) {
            count += v > limit ? 1 : 0;
        }
        return (double) count / values.length;
    }

    @Test
    void theSeedAloneDecides() {
        float[] once = Generators.heavyTailed(5, 70, 3, 6, 1).values();
        assertThat(Generators.heavyTailed(5, 70, 3, 6, 1).values()).isEqualTo(once);
        assertThat(Generators.heavyTailed(5, 70, 4, 6, 1).values()).isNotEqualTo(once);
    }

    @Test
    void oddOrFewDegreesOfFreedomAreRefused() {
        assertThatThrownBy(() -> Generators.heavyTailed(1, 1, 1, 5, 1)).hasMessageContaining("even");
        assertThatThrownBy(() -> Generators.heavyTailed(1, 1, 1, 2, 1)).hasMessageContaining("from 4");
    }
}
