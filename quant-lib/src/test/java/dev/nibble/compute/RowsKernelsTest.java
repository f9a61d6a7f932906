package dev.nibble.compute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.tensor.Generators;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowsKernelsTest {
    private static final RowKernels SCALAR = new ScalarRows();
    private static final RowKernels VECTOR = Provider.instance(RowKernels.class, "dev.nibble.compute.VectorRows");

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 33, 64, 100, 576, 1025, 4098})
    void bothProvidersAgreeBitForBit(int n) {
        for (float factor : new float[] {1e-3f, 1, 30, 1e20f}) {
            float[] x = Generators.gaussian(1, n + 3, 1).values();
            for (int i = 0; i < x.length; i++) {
                x[i] *= factor;
            }
            float[] w = Generators.gaussian(1, n, 2).values();
            float[][] a = results(SCALAR, x, w, n);
            float[][] b = results(VECTOR, x, w, n);
            for (int i = 0; i < a.length; i++) {
                assertThat(b[i]).as("result %d, factor %s", i, factor).isEqualTo(a[i]);
            }
        }
    }

    private static float[][] results(RowKernels rows, float[] x, float[] w, int n) {
        float[][] out = new float[11][];
        for (int i = 0; i < out.length; i++) {
            out[i] = x.clone();
        }
        rows.exp(out[0], 3, n);
        out[1] = new float[] {rows.sum(x, 3, n), rows.squares(x, 3, n, 0.5f), rows.max(x, 3, n)};
        out[10] = new float[] {rows.expSum(out[2], 3, n, rows.max(x, 3, n))};
        rows.scale(out[3], 3, n, 0.3f);
        rows.add(w, 0, n, out[4], 3);
        rows.siluTimes(out[5], 3, n, w, 0);
        rows.geluTanh(out[6], 3, n);
        rows.normalize(x, 3, n, 0, 0.7f, w, null, out[7], 2);
        rows.normalize(x, 3, n, 0.1f, 0.7f, w, w, out[8], 2);
        return out;
    }

    @Test
    void theExponentialIsWithinAnUlpAndAHalf() {
        float[] x = new float[1 << 20];
        for (int i = 0; i < x.length; i++) {
            x[i] = -87.3f + i * (176f / x.length);
        }
        float[] y = x.clone();
        VECTOR.exp(y, 0, y.length);
        double worst = 0;
        for (int i = 0; i < x.length; i++) {
            double exact = StrictMath.exp(x[i]);
            worst = Math.max(worst, Math.abs(y[i] - exact) / Math.ulp((float) exact));
        }
        assertThat(worst).isLessThan(1.5);
    }

    @Test
    void theExponentialOfWhatIsFarAway() {
        float[] x = {-200, Float.NEGATIVE_INFINITY, 200, Float.POSITIVE_INFINITY, Float.NaN, 0, -0f, 88.7f, -100};
        float[] padded = Arrays.copyOf(x, 32);
        for (RowKernels rows : new RowKernels[] {SCALAR, VECTOR}) {
            float[] y = padded.clone();
            rows.exp(y, 0, 32);
            assertThat(Arrays.copyOf(y, 7))
                    .containsExactly(0, 0, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY, Float.NaN, 1, 1);
            assertThat((double) y[7]).isCloseTo(StrictMath.exp(88.7f), Percentage.withPercentage(1e-4));
            assertThat((double) y[8]).isCloseTo(StrictMath.exp(-100f), Offset.offset(1.5e-45));
        }
    }

    @Test
    void theLargestShowsWhatIsNotANumber() {
        for (int at = 0; at < 40; at++) {
            float[] x = new float[40];
            x[at] = Float.NaN;
            assertThat(SCALAR.max(x, 0, 40)).isNaN();
            assertThat(VECTOR.max(x, 0, 40)).isNaN();
            x[at] = at + 1;
            assertThat(SCALAR.max(x, 0, 40)).isEqualTo(at + 1);
            assertThat(VECTOR.max(x, 0, 40)).isEqualTo(at + 1);
        }
    }

    @Test
    void aSoftmaxSumsUpToOneAndTheLogarithmOfTheSumIsThat() {
        float[] x = Generators.gaussian(1, 49_152, 3).values();
        double exact = 0;
        for (float v : x) {
            exact += StrictMath.exp(v * 4.0);
        }
        Rows.scale(x, 0, x.length, 4);
        assertThat(Rows.logSumExp(x, 0, x.length)).isCloseTo(StrictMath.log(exact), Offset.offset(1e-12));
        double chance = StrictMath.exp(x[17]) / exact;
        Rows.softmax(x, 0, x.length);
        assertThat((double) Rows.sum(x, 0, x.length)).isCloseTo(1, Offset.offset(1e-5));
        assertThat((double) x[17]).isCloseTo(chance, Percentage.withPercentage(1e-3));
    }

    /** erf to 16 digits, by mpmath 1.3. */
    @ParameterizedTest
    @CsvSource({"0.5, 0.5204998778130465", "1, 0.8427007929497149", "2, 0.9953222650189527", "3.5, 0.9999992569016276"})
    void theErrorFunctionIsExact(double x, double erf) {
        assertThat(ErrorFunction.of(x)).isCloseTo(erf, Offset.offset(1e-12));
        assertThat(ErrorFunction.of(-x)).isCloseTo(-erf, Offset.offset(1e-12));
    }

    @Test
    void geluAtItsEnds() {
        float[] x = {0, 1e30f, -1e30f, Float.POSITIVE_INFINITY, Float.NaN, -40, 1};
        Rows.gelu(x, 0, x.length);
        assertThat(x).startsWith(0, 1e30f, -0f, Float.POSITIVE_INFINITY, Float.NaN, -0f);
        assertThat(x[6]).isEqualTo((float) 0.841344746068543); // the normal distribution up to one standard deviation
    }

    @Test
    void normsDoWhatTheirDefinitionsSay() {
        int n = 100;
        float[] x = Generators.gaussian(1, n, 4).values();
        float[] w = Generators.gaussian(1, n, 5).values();
        double sum = 0;
        double squares = 0;
        for (float v : x) {
            sum += v;
            squares += (double) v * v;
        }
        double mean = sum / n;
        double variance = squares / n - mean * mean;
        float[] y = new float[n];
        float[] z = new float[n];
        Rows.rmsNorm(x, 0, n, w, 1e-5f, y, 0);
        Rows.layerNorm(x, 0, n, w, x, 1e-5f, z, 0);
        for (int i = 0; i < n; i++) {
            assertThat((double) y[i]).isCloseTo(x[i] / Math.sqrt(squares / n + 1e-5) * w[i], Offset.offset(1e-5));
            assertThat((double) z[i])
                    .isCloseTo((x[i] - mean) / Math.sqrt(variance + 1e-5) * w[i] + x[i], Offset.offset(1e-5));
        }
    }
}
