package dev.nibble.compute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.tensor.Generators;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogSumsKernelsTest {
    private static final LogSums SCALAR = new ScalarLogSums();
    private static final LogSums VECTOR = Provider.instance(LogSums.class, "dev.nibble.compute.VectorLogSums");

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 31, 32, 33, 100, 576, 1025, 49152})
    void bothProvidersAgreeBitForBit(int n) {
        for (float factor : new float[] {1e-3f, 1, 5, 100, 400, 1e20f}) {
            float[] x = scaled(n + 3, 1, factor);
            float[] y = scaled(n + 5, 2, factor);
            assertSame(x, y, n);
            x[3] = Float.NEGATIVE_INFINITY;
            assertSame(x, y, n);
            y[5] = Float.NEGATIVE_INFINITY;
            assertSame(x, y, n);
            x[3 + n / 2] = Float.NaN;
            assertSame(x, y, n);
        }
    }

    private static float[] scaled(int n, long seed, float factor) {
        float[] x = Generators.gaussian(1, n, seed).values().clone();
        for (int i = 0; i < n; i++) {
            x[i] *= factor;
        }
        return x;
    }

    private static void assertSame(float[] x, float[] y, int n) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 3; i < n + 3; i++) {
            max = x[i] > max ? x[i] : max;
        }
        double[] scalar = new double[2];
        double[] vector = new double[2];
        SCALAR.exponentials(x, 3, n, max, scalar);
        VECTOR.exponentials(x, 3, n, max, vector);
        assertThat(vector).isEqualTo(scalar);
        double logSum = max + StrictMath.log(scalar[0]);
        double expected = SCALAR.weightedDifference(x, 3, logSum, y, 5, n);
        double ours = VECTOR.weightedDifference(x, 3, logSum, y, 5, n);
        assertThat(Double.doubleToLongBits(ours)).isEqualTo(Double.doubleToLongBits(expected)); // NaN equals NaN
    }
}
