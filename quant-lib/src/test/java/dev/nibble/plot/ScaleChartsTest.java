package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.format.Formats;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class ScaleChartsTest {
    private static final Matrix W = Generators.gaussian(40, 1024, 5, 0.02).named("w");

    /** Of E2M1 the largest number is 6: floor scales 6.5 and 7.5 by 1 and cuts them; ceil scales them by 2. */
    @Test
    void theLargestWeightIsCutUnderFloorAndNotUnderCeil() {
        Chart chart = Charts.largestWeight(4, 8, "mxfp4:floor", "mxfp4:ceil");
        Series floor = chart.series().get(1);
        Series ceil = chart.series().get(2);
        int at = Arrays.binarySearch(floor.x(), 7.5);
        assertThat(floor.y()[at]).isEqualTo(6);
        assertThat(ceil.y()[at]).isEqualTo(8);
        assertThat(Arrays.stream(floor.y()).filter(y -> y > 6).count()).isEqualTo(1); // 8 itself is exact
    }

    @Test
    void powersOfTwoMakeAWaveAndFreeScalesALevel() {
        Chart chart = Charts.errorAgainstGain(W, 0, 2, "mxfp4", "int4:sym:g32:f32");
        Series wave = chart.series().get(0);
        int octave = Arrays.binarySearch(wave.x(), 1.0);
        assertThat(octave).isPositive();
        // a factor of 2 moves every scale by one power: the same codes, the same ratio
        assertThat(wave.y()[octave]).isCloseTo(wave.y()[0], within(1e-9));
        assertThat(Arrays.stream(wave.y()).max().getAsDouble()
                        - Arrays.stream(wave.y()).min().getAsDouble())
                .isGreaterThan(0.1);
        Series level = chart.series().get(1);
        assertThat(Arrays.stream(level.y()).max().getAsDouble()
                        - Arrays.stream(level.y()).min().getAsDouble())
                .isLessThan(0.01);
    }

    @Test
    void aFactorThatTheFormatRefusesIsAGap() {
        Series one = Charts.errorAgainstGain(W, 10, 18, "nvfp4:one").series().getFirst();
        assertThat(one.y()[0]).isGreaterThan(10);
        assertThat(one.y()[one.y().length - 1]).isNaN();
    }

    /** Counted here in doubles, from the definition: a block saturates if amax is beyond 6 times its scale. */
    @Test
    void saturatedBlocksAreThoseBeyondTheLargestNumber() {
        Table rules = Tables.scaleRules(W, "mxfp4");
        assertThat(rules.stringColumn("rule").asList()).containsExactly("floor", "even", "ceil", "rceil");
        int blocks = W.size() / 32;
        int floor = 0;
        int beyond = 0;
        for (int b = 0; b < blocks; b++) {
            double amax = 0;
            for (int i = 0; i < 32; i++) {
                amax = Math.max(amax, Math.abs(W.values()[b * 32 + i]));
            }
            double scale = Math.pow(2, Math.getExponent(amax) - 2);
            floor += amax > 6 * scale ? 1 : 0;
            for (int i = 0; i < 32; i++) {
                beyond += Math.abs(W.values()[b * 32 + i]) > 6 * scale ? 1 : 0;
            }
        }
        assertThat(floor).isPositive();
        assertThat(rules.doubleColumn(2).get(0)).isCloseTo(100.0 * floor / blocks, within(1e-9));
        assertThat(rules.doubleColumn(3).get(0)).isCloseTo(100.0 * beyond / W.size(), within(1e-9));
        assertThat(rules.doubleColumn(2).get(2)).isZero();
        assertThat(rules.doubleColumn(2).get(3)).isZero();
        for (int r = 0; r < 4; r++) {
            String recipe = "mxfp4:" + rules.stringColumn("rule").get(r);
            assertThat(rules.doubleColumn(Tables.SQNR).get(r))
                    .isCloseTo(Formats.parse(recipe).quantize(W).error(W).sqnrDb(), within(1e-9));
        }
    }

    @Test
    void aFormatWithoutASharedExponentIsRefused() {
        assertThatThrownBy(() -> Tables.scaleRules(W, "int4"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("int4 has no shared exponent");
        assertThatThrownBy(() -> Charts.largestWeight(4, 4, "mxfp4")).hasMessageContaining("0 < from < to");
        assertThatThrownBy(() -> Charts.errorAgainstGain(W, 2, 1, "mxfp4")).hasMessageContaining("rising");
    }
}
