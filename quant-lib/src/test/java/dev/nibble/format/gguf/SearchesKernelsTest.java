package dev.nibble.format.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Awkward;
import dev.nibble.tensor.Generators;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The searches on the vector unit against their scalar twins, bit for bit. */
class SearchesKernelsTest {
    private static final Searches SCALAR = new SearchesScalar(null);
    private static final Searches VECTOR = new SearchesVector();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 15, 16, 17, 33})
    void bothFindTheSame(int count) {
        for (int n : new int[] {16, 32}) {
            List<float[]> inputs = Awkward.arrays(count * n + 3, false);
            float[] huge = Generators.gaussian(1, count * n + 3, 4).values();
            for (int i = 0; i < huge.length; i++) {
                huge[i] *= i % 2 == 0 ? 1e38f : 1e-38f; // squares overflow and underflow
            }
            inputs.add(huge);
            float[] mixed = Generators.withOutlierColumns(1, count * n + 3, 4).values();
            for (int i = 0; i < mixed.length; i++) {
                mixed[i] *= i / n % 3 == 0 ? 0 : Math.scalb(1f, i / n % 40 - 20);
            }
            inputs.add(mixed);
            for (float[] x : inputs) {
                same(n, count, x);
            }
        }
    }

    private static void same(int n, int count, float[] x) {
        float[] weights = new float[count * n + 5];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = i / n % 5 == 4 ? 0 : Math.abs(x[(i * 7) % x.length]) * (i % 3);
        }
        for (var grid : List.of(
                new ScaleSearch.Affine(3, -0.5f, 0.1f, 15, true),
                new ScaleSearch.Affine(15, -1f, 0.1f, 20, false),
                new ScaleSearch.Affine(31, -0.9f, 0.05f, 36, false))) {
            float[][] a = new float[4][count];
            float[][] b = new float[4][count];
            SCALAR.affine(n, grid, count, x, 3, weights, a[0], a[1], a[2], a[3]);
            VECTOR.affine(n, grid, count, x, 3, weights, b[0], b[1], b[2], b[3]);
            same(b, a);
        }
        for (int nmax : new int[] {4, 8, 16, 32}) {
            for (float[] w : new float[][] {null, weights}) {
                float[][] a = new float[2][count];
                float[][] b = new float[2][count];
                SCALAR.symmetric(n, nmax, count, x, 3, w, 5, a[0], a[1]);
                VECTOR.symmetric(n, nmax, count, x, 3, w, 5, b[0], b[1]);
                same(b, a);
            }
            float[] a = new float[count];
            float[] b = new float[count];
            int[] p = new int[count * n];
            Arrays.setAll(p, i -> i % (2 * nmax));
            int[] q = p.clone();
            SCALAR.descent(n, nmax, count, x, 3, a);
            VECTOR.descent(n, nmax, count, x, 3, b);
            assertThat(b).isEqualTo(a);
            for (int k = 0; k < count; k++) {
                a[k] = k % 4 == 3 ? 0 : a[k] * 0.97f;
                b[k] = k % 3 * a[k];
            }
            SCALAR.round(n, count, x, 3, b, a, -nmax, nmax - 1, nmax, p);
            VECTOR.round(n, count, x, 3, b, a, -nmax, nmax - 1, nmax, q);
            assertThat(q).isEqualTo(p);
        }
    }

    /** The optimizing compiler of JDK 25 once made other codes of a mask held as a long, and only with AVX2. */
    @Test
    void theDescentFindsTheSameOnceItIsCompiled() {
        float[] x = Generators.gaussian(1, 33 * 16, 4).values();
        float[] expected = new float[33];
        SCALAR.descent(16, 4, 33, x, 0, expected);
        float[] actual = new float[33];
        for (int i = 0; i < 20_000; i++) {
            VECTOR.descent(16, 4, 33, x, 0, actual);
            if (!Arrays.equals(actual, expected)) {
                assertThat(actual).as("call %d", i).isEqualTo(expected);
            }
        }
    }

    @Test
    void bothNarrowCodesToBytes() {
        int[] codes = new int[256];
        Arrays.setAll(codes, i -> i * 37 - 1000);
        byte[] a = new byte[256];
        byte[] b = new byte[256];
        SCALAR.narrow(codes, a);
        VECTOR.narrow(codes, b);
        assertThat(b).isEqualTo(a);
    }

    private static void same(float[][] actual, float[][] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isEqualTo(expected[i]); // NaN equals NaN, and 0 is not -0
        }
    }

    /** Every code of a sub-block decodes to a weight that gets the same code under the same scale and minimum. */
    @Test
    void everyCodeSurvivesDecodingAndEncodingUnderEveryScale() {
        for (int bits = 2; bits <= 6; bits++) {
            int top = (1 << bits) - 1;
            for (boolean symmetric : new boolean[] {true, false}) {
                int half = symmetric ? 1 << (bits - 1) : 0;
                float d = Halves.round(0.00371f);
                float dmin = symmetric ? 0 : Halves.round(0.0113f);
                for (int scale = symmetric ? -32 : 1; scale <= (symmetric ? 31 : 63); scale += scale == -1 ? 2 : 1) {
                    float divisor = d * scale;
                    float add = dmin * (scale * 7 % 64);
                    int n = (top + 16) / 16 * 16;
                    float[] x = new float[n];
                    int[] expected = new int[n];
                    for (int i = 0; i < n; i++) {
                        expected[i] = i & top;
                        x[i] = divisor * (expected[i] - half) - add;
                    }
                    for (Searches searches : List.of(SCALAR, VECTOR)) {
                        int[] codes = new int[n];
                        searches.round(
                                n, 1, x, 0, new float[] {add}, new float[] {divisor}, -half, top - half, half, codes);
                        assertThat(codes).as("%d bits, scale %d", bits, scale).isEqualTo(expected);
                    }
                }
            }
        }
    }
}
