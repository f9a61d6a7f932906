package dev.nibble.compute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Awkward;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReductionsKernelsTest {
    private static final Reductions SCALAR = new ScalarReductions();
    private static final Reductions VECTOR = Provider.instance(Reductions.class, "dev.nibble.compute.VectorReductions");

    @ParameterizedTest
    @MethodSource("dev.nibble.Awkward#sizes")
    void bothProvidersAgreeBitForBit(int size) {
        for (float[] x : Awkward.arrays(size + 3, true)) {
            for (int block : new int[] {1, 7, 32, 64, 100, size}) {
                float[] a = new float[size + 2];
                float[] b = new float[size + 2];
                SCALAR.absmax(x, 3, x.length, block, a, 1);
                VECTOR.absmax(x, 3, x.length, block, b, 1);
                assertThat(bits(b)).isEqualTo(bits(a));
                float[] c = new float[size + 2];
                float[] d = new float[size + 2];
                SCALAR.extremes(x, 3, x.length, block, a, c, 1);
                VECTOR.extremes(x, 3, x.length, block, b, d, 1);
                assertThat(bits(b)).isEqualTo(bits(a));
                assertThat(bits(d)).isEqualTo(bits(c));
            }
        }
    }

    @Test
    void aValueThatIsNotFiniteAlwaysShows() {
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (int at = 0; at < 100; at++) {
                float[] x = new float[100];
                x[at] = odd;
                for (Reductions r : new Reductions[] {SCALAR, VECTOR}) {
                    float[] low = new float[1];
                    float[] high = new float[1];
                    r.absmax(x, 0, 100, 100, high, 0);
                    assertThat(Float.isFinite(high[0])).isFalse();
                    r.extremes(x, 0, 100, 100, low, high, 0);
                    assertThat(Float.isFinite(low[0]) && Float.isFinite(high[0]))
                            .isFalse();
                }
            }
        }
    }

    @Test
    void theExtremesAreThose() {
        float[] x = {1, -5, 3, -0f, 0f, 4};
        for (Reductions r : new Reductions[] {SCALAR, VECTOR}) {
            float[] low = new float[3];
            float[] high = new float[3];
            r.absmax(x, 0, 6, 4, high, 1);
            assertThat(high).containsExactly(0, 5, 4);
            r.extremes(x, 0, 6, 4, low, high, 1);
            assertThat(low).containsExactly(0, -5, 0);
            assertThat(high).containsExactly(0, 3, 4);
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        java.util.Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }
}
