package dev.nibble.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.tensor.Generators;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exact scans against dense ones, every nearest level found by looking at all of them. */
class BestScaleTest {
    private static final float[] FP4 = {-6, -4, -3, -2, -1.5f, -1, -0.5f, 0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

    private static double error(float[] x, float[] levels, double scale, double offset) {
        double sum = 0;
        for (float v : x) {
            double best = Double.POSITIVE_INFINITY;
            for (float level : levels) {
                double e = level * scale + offset - v;
                best = Math.min(best, e * e);
            }
            sum += best;
        }
        return sum;
    }

    private static float[] levels(int kind, SplittableRandom random) {
        return switch (kind) {
            case 0 -> ScaledRun.integers(-8, 7);
            case 1 -> FP4;
            case 2 -> new float[] {-1, 1};
            case 3 -> ScaledRun.integers(0, 3);
            case 4 -> new float[] {0.25f, 0.5f, 1, 2}; // 0 is not among them, all of one sign
            default -> {
                float[] some = new float[7];
                for (int k = 0; k < some.length; k++) {
                    some[k] = (float) random.nextGaussian();
                }
                yield ScaledRun.ascending(some);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void noScaleOfADenseScanIsBetterAndOneIsNearlyAsGood(int kind) {
        for (int seed = 1; seed < 9; seed++) {
            float[] levels = levels(kind, new SplittableRandom(seed));
            float[] x = Generators.gaussian(1, 5 + 3 * seed, seed).values();
            x[1] = 0;
            x[3] = x[2];
            BestScale found = BestScale.of(x, levels);
            double reach = 6 / Math.max(Math.abs(levels[0]), Math.abs(levels[levels.length - 1]));
            double dense = IntStream.rangeClosed(-20_000, 20_000)
                    .mapToDouble(i -> error(x, levels, i * reach / 20_000, 0))
                    .min()
                    .orElseThrow();
            assertThat(found.squaredError()).isLessThanOrEqualTo(dense * (1 + 1e-12));
            if (Math.abs(found.scale()) < reach) {
                assertThat(found.squaredError()).isCloseTo(dense, within(1e-4 * found.energy()));
            }
            assertThat(error(x, levels, found.scale(), 0))
                    .isCloseTo(found.squaredError(), within(1e-12 * found.energy()));
            assertThat(found.sqnrDb()).isCloseTo(10 * Math.log10(found.energy() / found.squaredError()), within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 5, 6})
    void theBestOfTheScalesThatCanBeStoredIsTheBestOfAllThatAreTried(int kind) {
        ScaleSet powers = ScaleSet.of(
                "powers",
                IntStream.rangeClosed(-20, 20)
                        .mapToDouble(e -> Math.scalb(1.0, e))
                        .toArray());
        ScaleSet few = ScaleSet.of("few", -0.3, 0.11, 0.37, 0.5, 2);
        ScaleSet multiples = ScaleSet.multiples(0.017, -32, 31);
        for (int seed = 1; seed < 9; seed++) {
            float[] levels = levels(kind, new SplittableRandom(seed));
            float[] x = Generators.gaussian(1, 24, seed).values();
            for (ScaleSet scales : new ScaleSet[] {powers, few, multiples}) {
                BestScale found = BestScale.of(x, levels, scales);
                assertThat(DoubleStream.of(scales.list()).anyMatch(s -> s == found.scale()))
                        .isTrue();
                double best = DoubleStream.of(scales.list())
                        .map(s -> error(x, levels, s, 0))
                        .min()
                        .orElseThrow();
                assertThat(found.squaredError()).isCloseTo(best, within(1e-12 * found.energy()));
            }
        }
    }

    @Test
    void theBestFloat16IsTheBestOfAllOfThem() {
        for (int seed = 1; seed < 5; seed++) {
            float[] x = Generators.gaussian(1, 16, seed).values();
            float[] levels = ScaledRun.integers(-8, 7);
            double best = Double.POSITIVE_INFINITY;
            for (int bits = 0; bits < 1 << 16; bits++) {
                float scale = Float.float16ToFloat((short) bits);
                if (Math.abs(scale) < 2) {
                    best = Math.min(best, error(x, levels, scale, 0));
                }
            }
            BestScale found = BestScale.of(x, levels, ScaleSet.of(ScaleType.F16, 1));
            assertThat(found.squaredError()).isCloseTo(best, within(1e-13 * found.energy()));
            assertThat(Float.float16ToFloat(Float.floatToFloat16((float) found.scale())))
                    .isEqualTo((float) found.scale());
        }
    }

    @Test
    void weightsOnALatticeHaveNoErrorLeft() {
        BestScale found = BestScale.of(new float[] {-1.5f, 0.5f, 3.5f, 0, -4, 2.5f}, ScaledRun.integers(-8, 7));
        assertThat(found.scale()).isEqualTo(0.5);
        assertThat(found.squaredError()).isZero();
        assertThat(found.sqnrDb()).isInfinite();
        float[] mirrored = {1.5f, -0.5f, -3.5f, 0, 4, -2.5f}; // 4 = 8 · 0.5 is beyond 7, but -8 times -0.5
        assertThat(BestScale.of(mirrored, ScaledRun.integers(-8, 7)).scale()).isEqualTo(-0.5);
        assertThat(BestScale.of(new float[] {3, -12, 18, 9, 0, -1.5f}, FP4).squaredError())
                .isZero();
        assertThat(BestScale.of(new float[] {0, 0}, FP4).squaredError()).isZero();
        // of signs the mean magnitude is the best: 1² + 1² of what is left of 1, 3
        BestScale signs = BestScale.of(new float[] {1, -3}, new float[] {-1, 1});
        assertThat(Math.abs(signs.scale())).isEqualTo(2);
        assertThat(signs.squaredError()).isEqualTo(2);
    }

    @Test
    void theBestOffsetIsFoundTogetherWithTheScale() {
        for (int seed = 1; seed < 7; seed++) {
            float[] x = Generators.gaussian(1, 7, seed).values();
            x[2] = x[5];
            for (boolean down : new boolean[] {false, true}) {
                for (int i = 0; i < x.length && down; i++) {
                    x[i] += 1; // so that the offset would like to be positive, or nearly so
                }
                BestGrid found = BestGrid.of(x, 3, down, new CancelToken());
                double dense = Double.POSITIVE_INFINITY;
                for (int s = 0; s <= 600; s++) {
                    for (int m = -600; m <= (down ? 0 : 600); m++) {
                        dense = Math.min(dense, error(x, ScaledRun.integers(0, 3), s / 200.0, m / 150.0));
                    }
                }
                double energy = found.energy();
                assertThat(found.squaredError())
                        .isLessThanOrEqualTo(dense * (1 + 1e-12))
                        .isCloseTo(dense, within(1e-3 * energy));
                assertThat(error(x, ScaledRun.integers(0, 3), found.scale(), found.offset()))
                        .isCloseTo(found.squaredError(), within(1e-12 * energy));
                if (down) {
                    assertThat(found.offset()).isNotPositive();
                }
            }
        }
    }

    @Test
    void aGridWithAnOffsetIsFoundExactly() {
        float[] x = {1.5f, 2, 3, 2.5f, 1.5f, 5};
        BestGrid found = BestGrid.of(x, 7, false, new CancelToken());
        assertThat(found.scale()).isCloseTo(0.5, within(1e-12));
        assertThat(found.offset()).isCloseTo(1.5, within(1e-12));
        assertThat(found.squaredError()).isCloseTo(0, within(1e-24));
        assertThat(BestGrid.of(new float[] {2, 2}, 3, false, new CancelToken()).squaredError())
                .isZero();
        assertThat(BestGrid.of(new float[] {2, 2}, 3, true, new CancelToken()).squaredError())
                .isZero();
    }

    @Test
    void whatCanNotBeSearchedIsRefused() {
        assertThatThrownBy(() -> BestScale.of(new float[BestScale.LARGEST + 1], FP4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1,048,577");
        assertThatThrownBy(() -> BestScale.of(new float[0], FP4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BestScale.of(new float[] {1, Float.NaN}, FP4)).hasMessageContaining("weight 1");
        assertThatThrownBy(() -> BestScale.of(new float[] {1}, new float[] {1, 1}))
                .hasMessageContaining("level 1");
        assertThatThrownBy(() -> BestScale.of(new float[] {1}, new float[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BestGrid.of(new float[600], 15, false, new CancelToken()))
                .hasMessageContaining("8,192");
    }

    @Test
    void aSearchUnderWayStops() {
        CancelToken stop = new CancelToken();
        stop.cancel();
        double[] x = BestScale.doubles(Generators.gaussian(1, 1 << 16, 3).values());
        assertThatThrownBy(() -> BestScale.of(x, FP4, ScaleSet.REAL, stop)).isInstanceOf(Cancelled.class);
        float[] few = Arrays.copyOf(Generators.gaussian(1, 64, 3).values(), 64);
        assertThatThrownBy(() -> BestGrid.of(few, 15, false, stop)).isInstanceOf(Cancelled.class);
    }
}
