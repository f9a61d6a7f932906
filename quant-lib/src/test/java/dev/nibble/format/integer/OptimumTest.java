package dev.nibble.format.integer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptimumTest {
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void noneOfManyScalesIsBetterAndOneOfThemIsNearlyAsGood(int bits) {
        int half = 1 << (bits - 1);
        for (int seed = 1; seed < 6; seed++) {
            float[] x = Generators.gaussian(1, 24, seed).values();
            Optimum.Choice found = Optimum.scale(x, -half, half - 1, 0);
            Optimum.Choice both = Optimum.scaleAndZero(x, -half, half - 1);
            double bestScale = Double.POSITIVE_INFINITY;
            double bestBoth = Double.POSITIVE_INFINITY;
            for (int i = -20_000; i <= 20_000; i++) {
                double s = i * 4.0 / 20_000;
                if (i != 0) {
                    bestScale = Math.min(bestScale, mse(x, s, -half, half - 1));
                    for (int z = -half; z < half; z++) {
                        bestBoth = Math.min(bestBoth, mse(x, s, -half - z, half - 1 - z));
                    }
                }
            }
            assertThat(found.mse()).isLessThanOrEqualTo(bestScale).isCloseTo(bestScale, within(1e-4 * bestScale));
            assertThat(both.mse()).isLessThanOrEqualTo(bestBoth).isCloseTo(bestBoth, within(1e-4 * bestBoth));
            assertThat(mse(x, found.scale(), -half, half - 1)).isCloseTo(found.mse(), within(1e-12));
        }
    }

    private static double mse(float[] x, double s, int low, int high) {
        double sum = 0;
        for (float v : x) {
            double e = Math.clamp(Math.rint(v / s), low, high) * s - v;
            sum += e * e;
        }
        return sum / x.length;
    }

    @Test
    void weightsOnALatticeHaveNoErrorLeft() {
        float[] x = {-1.5f, 0.5f, 3.5f, 0, -4, 2.5f};
        Optimum.Choice found = Optimum.scale(x, -8, 7, 0);
        assertThat(found.scale()).isEqualTo(0.5);
        assertThat(found.mse()).isZero();
        assertThat(found.sqnrDb()).isInfinite();
        float[] mirrored = {1.5f, -0.5f, -3.5f, 0, 4, -2.5f}; // 4 = 8 · 0.5 is beyond 7, but -8 times -0.5
        assertThat(Optimum.scale(mirrored, -8, 7, 0).scale()).isEqualTo(-0.5);
        float[] shifted = {0, 1, 2, 15};
        Optimum.Choice zero = Optimum.scaleAndZero(shifted, 0, 15);
        assertThat(zero.mse()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int4:g32",
                "int4:gptq:g32",
                "int4:asym:g32",
                "int4:awq:g32",
                "int8:torchao:g32",
                "int2:autoround:g32",
                "int4:g32:mse",
                "ternary:g32",
                "binary:g32",
                "int3:ct:asym:g32"
            })
    void noFormatsOwnRuleIsBetter(String recipe) {
        Matrix w = Generators.gaussian(4, 128, 7);
        Quantized q = Formats.parse(recipe).quantize(w);
        for (int block = 0; block < q.blocks(); block++) {
            Optimum gap = Optimum.of(w, q, block);
            double best = Math.min(gap.scale().mse(), gap.scaleAndZero().mse());
            assertThat(best).isLessThanOrEqualTo(gap.chosen().mse() * (1 + 1e-6));
            assertThat(gap.scaleAndZero().mse()).isLessThanOrEqualTo(gap.scale().mse() * (1 + 1e-9));
            assertThat(gap.chosen().scale()).isFinite();
        }
    }

    @Test
    void otherFormatsAndBlocksTooLargeAreRefused() {
        Matrix w = Generators.gaussian(1, 64, 7);
        assertThatThrownBy(() -> Optimum.of(w, Formats.parse("nf4").quantize(w), 0))
                .hasMessageContaining("no format of integers");
        assertThatThrownBy(() -> Optimum.scale(new float[Optimum.LARGEST + 1], -8, 7, 0))
                .hasMessageContaining("65537");
    }
}
