package dev.nibble.compute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Awkward;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReductionsTest {
    private static final Reductions SCALAR = new ScalarReductions();
    private static final Reductions VECTOR = Provider.instance(Reductions.class, "dev.nibble.compute.VectorReductions");

    @ParameterizedTest
    @MethodSource("dev.nibble.Awkward#sizes")
    void bothProvidersAgreeBitForBit(int size) {
        for (float[] x : Awkward.arrays(size + 3, true)) {
            same(SCALAR.absmax(x, 3, x.length), VECTOR.absmax(x, 3, x.length));
            same(SCALAR.min(x, 3, x.length), VECTOR.min(x, 3, x.length));
            same(SCALAR.max(x, 3, x.length), VECTOR.max(x, 3, x.length));
            for (int block : new int[] {1, 7, 32, 64, 100, size}) {
                float[] a = new float[size + 2];
                float[] b = new float[size + 2];
                SCALAR.absmax(x, 3, x.length, block, a, 1);
                VECTOR.absmax(x, 3, x.length, block, b, 1);
                assertThat(bits(b)).isEqualTo(bits(a));
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
                    assertThat(Float.isFinite(r.absmax(x, 0, 100))).isFalse();
                    assertThat(Float.isFinite(r.min(x, 0, 100)) && Float.isFinite(r.max(x, 0, 100)))
                            .isFalse();
                }
            }
        }
    }

    @Test
    void theExtremesAreThose() {
        float[] x = {1, -5, 3, -0f, 0f, 4};
        for (Reductions r : new Reductions[] {SCALAR, VECTOR}) {
            assertThat(r.absmax(x, 0, 6)).isEqualTo(5);
            assertThat(r.min(x, 0, 6)).isEqualTo(-5);
            assertThat(r.max(x, 0, 6)).isEqualTo(4);
            assertThat(r.absmax(x, 2, 2)).isEqualTo(0);
            assertThat(r.min(x, 2, 2)).isEqualTo(Float.POSITIVE_INFINITY);
            assertThat(r.max(x, 2, 2)).isEqualTo(Float.NEGATIVE_INFINITY);
        }
    }

    private static void same(float expected, float actual) {
        assertThat(Float.floatToRawIntBits(actual)).isEqualTo(Float.floatToRawIntBits(expected));
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        java.util.Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }
}
