package dev.nibble.format.integer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Awkward;
import dev.nibble.format.ScaleType;
import dev.nibble.tensor.Generators;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IntegerKernelsTest {
    private static final IntegerKernels SCALAR = new IntegerScalar();
    private static final IntegerKernels VECTOR = new IntegerVector();

    @ParameterizedTest
    @MethodSource("dev.nibble.Awkward#sizes")
    void bothProvidersMakeTheSameFieldsValuesAndErrorsUnderEveryRule(int size) {
        for (float[] x : Awkward.arrays(size + 3, false)) {
            for (Preset preset : Preset.values()) {
                for (int bits : preset == Preset.BNB ? new int[] {8} : new int[] {1, 4, 8}) {
                    AffineRule symmetric = preset.symmetric(bits);
                    if (symmetric != null && symmetric.divisor() > 0) {
                        same(x, size, symmetric);
                    }
                    AffineRule asymmetric = preset.asymmetric(bits);
                    if (asymmetric != null) {
                        same(x, size, asymmetric);
                    }
                }
            }
        }
    }

    private static void same(float[] x, int size, AffineRule rule) {
        // A run that begins inside a group and ends inside one; one group; groups with ranges far too small, so that
        // weights lie any number of steps beyond the grid.
        check(x, size, grid(rule, x, size, 32, 1), 5);
        check(x, size, grid(rule, x, size, 1 << 20, 1), 1 << 20);
        check(x, size, grid(rule, x, size, 100, 1e-9f), 64);
    }

    private static Grid grid(AffineRule rule, float[] x, int size, int group, float part) {
        int groups = size / group + 3;
        Grid grid = new Grid(rule, groups, group);
        float absmax = Awkward.absmax(x);
        for (int k = 0; k < groups; k++) {
            float high = absmax * part * (k % 3); // every third range is 0
            grid.from[k] = rule.low(-high, high);
            grid.to[k] = rule.high(-high, high);
            Grids.fill(rule, ScaleType.F32, false, grid, k);
        }
        return grid;
    }

    private static void check(float[] x, int size, Grid grid, int left) {
        byte[] a = new byte[size + 1];
        byte[] b = new byte[size + 1];
        SCALAR.encode(x, 3, size, grid, 1, left, a, 1);
        VECTOR.encode(x, 3, size, grid, 1, left, b, 1);
        assertThat(b).isEqualTo(a);
        float[] u = new float[size + 2];
        float[] v = new float[size + 2];
        SCALAR.decode(a, 1, size, grid, 1, left, u, 2);
        VECTOR.decode(a, 1, size, grid, 1, left, v, 2);
        for (int i = 0; i < u.length; i++) {
            assertThat(Float.floatToRawIntBits(v[i])).isEqualTo(Float.floatToRawIntBits(u[i]));
        }
        assertThat(Float.floatToRawIntBits(VECTOR.error(x, 3, size, grid, 1)))
                .isEqualTo(Float.floatToRawIntBits(SCALAR.error(x, 3, size, grid, 1)));
    }

    @Test
    void everyByteDecodesAlikeAtExtremeScales() {
        byte[] all = new byte[512];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) Generators.bits(1, i);
        }
        for (AffineRule rule : new AffineRule[] {
            Preset.PLAIN.symmetric(8), Preset.AWQ.asymmetric(8), Preset.BNB.symmetric(8), Preset.KIVI.asymmetric(8)
        }) {
            for (float scale : new float[] {Float.MIN_VALUE, 0x1p-130f, 1, -1, 1e36f, Float.MAX_VALUE, 0, Float.NaN}) {
                Grid grid = new Grid(rule, 1, 512);
                Grids.decode(rule, grid, 0, scale, 3);
                float[] u = new float[512];
                float[] v = new float[512];
                SCALAR.decode(all, 0, 512, grid, 0, 512, u, 0);
                VECTOR.decode(all, 0, 512, grid, 0, 512, v, 0);
                assertThat(v).isEqualTo(u);
            }
        }
    }

    @Test
    void thePowerOfTheClipSearchIsThePower() {
        for (float x :
                new float[] {0, 1e-30f, 1e-12f, 3e-7f, 1e-3f, 0.1f, 0.5f, 0.70710677f, 0.75f, 1, 1.5f, 2, 7, 1e5f}) {
            double expected = Math.pow(x, 2.4);
            assertThat((double) IntegerScalar.power24(x))
                    .isCloseTo(expected, org.assertj.core.api.Assertions.within(expected * 3e-6 + 1e-44));
        }
    }

    /** Every code decodes to a weight that gets the same code under the same scale and zero. */
    @Test
    void everyCodeSurvivesDecodingAndEncodingUnderEveryRule() {
        int looked = 0;
        for (Preset preset : Preset.values()) {
            for (int bits = 1; bits <= 8; bits++) {
                if (preset == Preset.BNB && bits != 8) {
                    continue;
                }
                for (AffineRule rule : new AffineRule[] {preset.symmetric(bits), preset.asymmetric(bits)}) {
                    if (rule != null && (rule.divisor() > 0 || rule.isSign())) {
                        survives(rule);
                        looked++;
                    }
                }
            }
        }
        assertThat(looked).isGreaterThan(100);
    }

    private static void survives(AffineRule rule) {
        float[][] ranges = {{-1, 1}, {-0.3f, 0.01f}, {-0.002f, 0.7f}, {-3e-3f, 5e-3f}, {-900, 1000}};
        for (float[] range : ranges) {
            for (float stretch : new float[] {1, 1.1f, 1.37f, 1.993f}) {
                float low = range[0] * stretch;
                float high = rule.seesMagnitudes() ? Math.max(-low, range[1]) : range[1];
                int count = rule.qmax() - rule.qmin() + 1;
                Grid grid = new Grid(rule, 1, count);
                grid.from[0] = rule.low(low, high);
                grid.to[0] = rule.high(low, high);
                Grids.fill(rule, ScaleType.F32, false, grid, 0);
                byte[] codes = new byte[count];
                for (int i = 0; i < count; i++) {
                    codes[i] = (byte) (grid.fieldMin + i);
                }
                for (IntegerKernels kernels : List.of(SCALAR, VECTOR)) {
                    float[] x = new float[count];
                    byte[] again = new byte[count];
                    kernels.decode(codes, 0, count, grid, 0, count, x, 0);
                    kernels.encode(x, 0, count, grid, 0, count, again, 0);
                    assertThat(again).as(rule + " from " + low + " to " + high).isEqualTo(codes);
                }
            }
        }
    }
}
