package dev.nibble.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.PointRun.Signs;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The exact scan over points against a dense one that looks at all points with all signs. */
class BestPointsTest {
    private static double error(float[] x, PointRun run, double scale) {
        double best = Double.POSITIVE_INFINITY;
        for (float[] book : run.books()) {
            double sum = 0;
            for (int octet = 0; octet < x.length; octet += 8) {
                double even = 0; // least error of the points so far, with an even number of minuses
                double odd = Double.POSITIVE_INFINITY;
                for (int at = octet; at < octet + 8; at += run.size()) {
                    double own = least(x, at, book, run, scale, 0);
                    double other = least(x, at, book, run, scale, 1);
                    double both = Math.min(even + own, odd + other);
                    odd = Math.min(odd + own, even + other);
                    even = both;
                }
                sum += run.signs() == Signs.EACH ? Math.min(even, odd) : even;
            }
            best = Math.min(best, sum);
        }
        return best;
    }

    /** Least error of one point with so many minuses, modulo 2. */
    private static double least(float[] x, int at, float[] book, PointRun run, double scale, int parity) {
        double least = Double.POSITIVE_INFINITY;
        for (int k = 0; k < book.length; k += run.size()) {
            for (int minus = 0; minus < (run.signs() == Signs.NONE ? 1 : 1 << run.size()); minus++) {
                if (Integer.bitCount(minus) % 2 == parity) {
                    double e = 0;
                    for (int i = 0; i < run.size(); i++) {
                        double value = book[k + i] * scale * ((minus >> i & 1) != 0 ? -1 : 1);
                        e += (x[at + i] - value) * (x[at + i] - value);
                    }
                    least = Math.min(least, e);
                }
            }
        }
        return least;
    }

    @ParameterizedTest
    @EnumSource(Signs.class)
    void noScaleOfADenseScanIsBetterAndOneIsNearlyAsGood(Signs signs) {
        for (int seed = 1; seed < 6; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            float[][] books = new float[signs == Signs.NONE ? 2 : 1][4 * 9];
            for (float[] book : books) {
                for (int i = 0; i < book.length; i++) {
                    book[i] = signs == Signs.NONE ? random.nextInt(-1, 2) + 0.125f : 1 + 2 * random.nextInt(3);
                }
            }
            float[] x = Generators.gaussian(1, 16, seed).values();
            ScaleSet few = ScaleSet.multiples(0.07, 1, 15);
            PointRun run = new PointRun(0, 16, 4, books, signs, 1, few);
            BestPoints found = BestPoints.of(x, run, ScaleSet.REAL, new CancelToken());
            double dense = Double.POSITIVE_INFINITY;
            for (int i = -4000; i <= 4000; i++) {
                dense = Math.min(dense, error(x, run, i / 1000.0));
            }
            assertThat(found.squaredError())
                    .isLessThanOrEqualTo(dense + 1e-9)
                    .isCloseTo(dense, within(1e-4 * dense))
                    .isCloseTo(error(x, run, found.scale()), within(1e-9));
            BestPoints stored = BestPoints.of(x, run, few, new CancelToken());
            double best =
                    DoubleStream.of(few.list()).map(s -> error(x, run, s)).min().orElseThrow();
            assertThat(stored.squaredError()).isCloseTo(best, within(1e-9));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"iq1_s", "iq1_m", "iq2_xxs", "iq2_xs", "iq2_s", "iq3_xxs", "iq3_s"})
    void pointsSayWhatWeightsDecodeTo(String recipe) {
        Matrix w = Generators.gaussian(1, 256, 3);
        float[] importance = new float[256];
        Arrays.fill(importance, 1);
        Quantized q = Formats.parse(recipe).quantize(w, new Importance("w", importance), Progress.NONE, Trace.off());
        float[] decoded = q.dequantize().values();
        int next = 0;
        for (PointRun run : q.points(0)) {
            assertThat(run.first()).isEqualTo(next);
            next += run.count();
            float[] x = Arrays.copyOfRange(decoded, run.first(), next);
            double energy = 0;
            for (float v : x) {
                energy += (double) v * v;
            }
            // what it decodes to are points under its own scale, so nothing is lost on them
            ScaleSet own = ScaleSet.of("its own", run.scale());
            assertThat(BestPoints.of(x, run, own, new CancelToken()).squaredError())
                    .isCloseTo(0, within(1e-6 * energy));
            assertThat(run.scales().nearest(run.scale())).isCloseTo(run.scale(), within(1e-6 * Math.abs(run.scale())));
            float[] from = Arrays.copyOfRange(w.values(), run.first(), next);
            double lost = 0;
            for (int i = 0; i < x.length; i++) {
                lost += ((double) x[i] - from[i]) * ((double) x[i] - from[i]);
            }
            double best =
                    BestPoints.of(from, run, run.scales(), new CancelToken()).squaredError();
            assertThat(best).isLessThanOrEqualTo(lost * (1 + 1e-6));
            assertThat(BestPoints.of(from, run, ScaleSet.REAL, new CancelToken())
                            .squaredError())
                    .isLessThanOrEqualTo(best * (1 + 1e-9));
        }
        assertThat(next).isEqualTo(256);
    }
}
