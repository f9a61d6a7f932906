package dev.nibble.format.codebook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Awkward;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodebookKernelsTest {
    private static final Codebook NF4 = Nf4.TABLE;

    @ParameterizedTest
    @MethodSource("dev.nibble.Awkward#sizes")
    void bothProvidersMakeTheSameCodesAndValues(int size) {
        for (float[] x : Awkward.arrays(size + 3, false)) {
            float absmax = Math.max(Awkward.absmax(x), 1e-38f);
            byte[] a = new byte[size + 1];
            byte[] b = new byte[size + 1];
            new CodebookScalar().encode(x, 3, size, 1 / absmax, NF4.boundaries(), a, 1);
            new CodebookVector().encode(x, 3, size, 1 / absmax, NF4.boundaries(), b, 1);
            assertThat(b).isEqualTo(a);
            float[] u = new float[size + 2];
            float[] v = new float[size + 2];
            new CodebookScalar().decode(a, 1, size, absmax, NF4.values(), u, 2);
            new CodebookVector().decode(a, 1, size, absmax, NF4.values(), v, 2);
            assertThat(v).isEqualTo(u);
        }
    }

    @Test
    void boundariesGoToTheLowerCodeAndTheirNeighboursToTheNearer() {
        float[] x = new float[45];
        byte[] expected = new byte[45];
        for (int k = 0; k < 15; k++) {
            x[3 * k] = Math.nextDown(NF4.boundaries()[k + 1]);
            x[3 * k + 1] = NF4.boundaries()[k + 1];
            x[3 * k + 2] = Math.nextUp(NF4.boundaries()[k + 1]);
            expected[3 * k] = (byte) k;
            expected[3 * k + 1] = (byte) k;
            expected[3 * k + 2] = (byte) (k + 1);
        }
        for (CodebookKernels kernels : new CodebookKernels[] {new CodebookScalar(), new CodebookVector()}) {
            byte[] codes = new byte[45];
            kernels.encode(x, 0, 45, 1, NF4.boundaries(), codes, 0);
            assertThat(codes).isEqualTo(expected);
        }
    }
}
