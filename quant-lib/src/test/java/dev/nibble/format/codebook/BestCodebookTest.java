package dev.nibble.format.codebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Cancelled;
import dev.nibble.core.Trace;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The exact optimum against every possible partition, and fitted books against it. */
class BestCodebookTest {
    /** The least squared error of k clusters by trying every partition of the sorted numbers. */
    private static double byTrying(double[] sorted, int from, int k) {
        if (from == sorted.length) {
            return 0;
        }
        if (k == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double best = Double.POSITIVE_INFINITY;
        for (int to = from + 1; to <= sorted.length; to++) {
            double mean = Arrays.stream(sorted, from, to).average().orElseThrow();
            double error = Arrays.stream(sorted, from, to)
                    .map(v -> (v - mean) * (v - mean))
                    .sum();
            best = Math.min(best, error + byTrying(sorted, to, k - 1));
        }
        return best;
    }

    @Test
    void noPartitionIsBetter() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 60; round++) {
            int n = random.nextInt(1, 12);
            int k = random.nextInt(1, 6);
            float[] values = new float[n];
            for (int i = 0; i < n; i++) {
                values[i] = round % 2 == 0 ? (float) random.nextDouble(-3, 3) : random.nextInt(-4, 5);
            }
            double[] sorted = new double[n];
            for (int i = 0; i < n; i++) {
                sorted[i] = values[i];
            }
            Arrays.sort(sorted);
            BestCodebook best = BestCodebook.of(values, k);
            assertThat(best.squaredError()).isCloseTo(byTrying(sorted, 0, k), within(1e-12));
            assertThat(best.levels()).hasSize(k).isSorted();
            assertThat(best.count()).isEqualTo(n);
        }
    }

    @Test
    void theExampleByHandIsRight() {
        BestCodebook best = BestCodebook.of(new float[] {10, 1, 2, 11, 3}, 2);
        assertThat(best.levels()).containsExactly(2, 10.5);
        assertThat(best.squaredError()).isEqualTo(2.5); // 1 + 0 + 1 + 0.25 + 0.25
        assertThat(best.energy()).isEqualTo(235);
        assertThat(best.meanSquaredError()).isEqualTo(0.5);
    }

    @Test
    void manyNormalNumbersComeNearTheLloydMaxBook() {
        float[] x = Generators.gaussian(1, 200_000, 1).values();
        BestCodebook best = BestCodebook.of(x, 8);
        float[] max = LloydMax.values(3);
        for (int i = 0; i < 8; i++) {
            assertThat(best.levels()[i]).isCloseTo(max[i], within(0.03));
        }
        assertThat(best.meanSquaredError()).isCloseTo(0.03454, within(0.0005)); // Max, 1960
    }

    @Test
    void refusesWhatItCanNotDo() {
        assertThatThrownBy(() -> BestCodebook.of(new float[] {1, Float.NaN}, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("value 1");
        assertThatThrownBy(() -> BestCodebook.of(new float[] {1}, 257)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BestCodebook.of(new float[0], 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> BestCodebook.of(Generators.gaussian(1, 200_000, 1).values(), 256))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("128 MB");
        CancelToken cancelled = new CancelToken();
        cancelled.cancel();
        assertThatThrownBy(() -> BestCodebook.of(new float[] {1, 2, 3}, 2, cancelled))
                .isInstanceOf(Cancelled.class);
    }

    @Test
    void noFormatOfAsManyValuesIsBetterOnItsOwnBlock() {
        Matrix w = Generators.gaussian(4, 64, 5);
        for (String recipe :
                List.of("nf4:b64", "bnbfp4:b64", "lloydmax:n4:b64:f32", "kmeans:n4:g64:f32", "int4:g64:f32")) {
            Matrix decoded = Formats.parse(recipe).quantize(w).dequantize();
            for (int block = 0; block < 4; block++) {
                var distance = BestCodebook.distance(w, decoded, 64 * block, 64, 16);
                assertThat(distance.decibels()).as(recipe + ": " + distance).isGreaterThan(-1e-6);
                assertThat(distance.toString()).contains("the best 16 values reach");
            }
        }
    }

    @Test
    void fittedBooksAreBestByOrderOfEffort() {
        Matrix w = Generators.gaussian(32, 512, 6);
        double lloyd = mse("kmeans:n4:f32", w);
        double exact = mse("kmeans:n4:f32:exact", w);
        double tensor = mse("kmeans:n4:tensor:f32:exact", w);
        double fixed = mse("lloydmax:n4:b512:f32", w);
        assertThat(exact).isLessThanOrEqualTo(lloyd).isLessThan(tensor);
        assertThat(lloyd).isLessThan(tensor).isLessThan(exact * 1.25); // Lloyd's iteration ends in a local optimum
        assertThat(tensor).isLessThan(fixed);
        double best = 0;
        for (int r = 0; r < 32; r++) {
            best += BestCodebook.of(w.row(r), 16).meanSquaredError() / 32;
        }
        assertThat(exact).isCloseTo(best, within(best * 1e-5));
    }

    private static double mse(String recipe, Matrix w) {
        return Formats.parse(recipe).quantize(w).error(w).mse();
    }

    @Test
    void aBookForATensorIsNearlyTheExactOne() {
        // Weights are gathered in cells of 11 mantissa bits before the search; what that loses is far below one level.
        Matrix w = Generators.withOutlierColumns(64, 256, 8);
        Quantized q = Formats.parse("kmeans:n4:tensor:f32:exact").quantize(w);
        double best = BestCodebook.of(w.values(), 16).meanSquaredError();
        assertThat(q.error(w).mse()).isBetween(best * (1 - 1e-9), best * 1.0005);
        assertThat(q.parts().get(2).data().getFloat()).isEqualTo(min(w));
    }

    private static float min(Matrix w) {
        float min = w.values()[0];
        for (float v : w.values()) {
            min = Math.min(min, v);
        }
        return min;
    }

    @Test
    void theTraceOfAFitFallsTowardsTheResult() {
        Matrix w = Generators.gaussian(1, 300, 7);
        Trace trace = Trace.record();
        Quantized q = Formats.parse("kmeans:n3:f32").quantize(w, trace);
        List<LloydRound> rounds = trace.steps(LloydRound.class);
        assertThat(rounds).hasSizeGreaterThan(3);
        for (int i = 1; i < rounds.size(); i++) {
            assertThat(rounds.get(i).round()).isEqualTo(i);
            assertThat(rounds.get(i).meanSquaredError())
                    .isLessThanOrEqualTo(rounds.get(i - 1).meanSquaredError() * (1 + 1e-6));
        }
        assertThat(q.error(w).mse()).isCloseTo(rounds.getLast().meanSquaredError(), within(1e-9));
        CodesChosen chosen = trace.steps(CodesChosen.class).getFirst();
        float[] levels = trace.steps(BookFitted.class).getFirst().levels();
        for (int i = 0; i < 300; i++) {
            float mine = levels[chosen.codes()[i]];
            float other = levels[chosen.neighbours()[i]];
            float middle = (mine + other) / 2;
            assertThat(Math.abs(chosen.scaled()[i] - middle)).isCloseTo(chosen.distances()[i], within(1e-6f));
            assertThat(Math.abs(w.get(0, i) - mine)).isLessThanOrEqualTo(Math.abs(w.get(0, i) - other) + 1e-6f);
        }
    }

    @Test
    void levelsThatDoNotFitTheirTypeAreRefused() {
        Matrix w = Generators.gaussian(2, 64, 2).named("w");
        w.values()[5] = 1e6f;
        assertThatThrownBy(() -> Formats.parse("kmeans").quantize(w))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 0")
                .hasMessageContaining("float16")
                .hasMessageContaining("f32");
        assertThat(Formats.parse("kmeans:f32").quantize(w).dequantize().get(0, 5))
                .isEqualTo(1e6f);
        assertThatThrownBy(() -> Formats.parse("kmeans:tensor:g32")).hasMessageContaining("can not stand together");
    }
}
