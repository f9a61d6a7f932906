package dev.nibble.format.integer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Awkward;
import dev.nibble.compute.ScalarReductions;
import dev.nibble.format.integer.IntegerKernels.Grid;
import dev.nibble.tensor.Generators;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IntegerKernelsTest {
    @ParameterizedTest
    @MethodSource("dev.nibble.Awkward#sizes")
    void bothProvidersMakeTheSameCodesAndValues(int size) {
        for (float[] x : Awkward.arrays(size + 3, false)) {
            float absmax = new ScalarReductions().absmax(x, 0, x.length);
            for (int bits = 2; bits <= 8; bits++) {
                int qmax = (1 << (bits - 1)) - 1;
                float scale = Math.max(absmax / qmax, Float.MIN_VALUE);
                for (Grid grid : new Grid[] {
                    new Grid(scale, 0, false, false, -qmax, qmax),
                    new Grid(Math.max(scale, 0x1p-23f), 0, true, false, -qmax - 1, qmax),
                    new Grid(scale, 1, false, true, -qmax - 1, qmax),
                    new Grid(scale, -qmax - 1, false, false, -qmax - 1, qmax)
                }) {
                    same(x, size, grid);
                }
            }
        }
    }

    private static void same(float[] x, int size, Grid grid) {
        byte[] a = new byte[size + 1];
        byte[] b = new byte[size + 1];
        new IntegerScalar().encode(x, 3, size, grid, a, 1);
        new IntegerVector().encode(x, 3, size, grid, b, 1);
        assertThat(b).isEqualTo(a);
        float[] u = new float[size + 2];
        float[] v = new float[size + 2];
        new IntegerScalar().decode(a, 1, size, grid.scale(), grid.zero(), u, 2);
        new IntegerVector().decode(a, 1, size, grid.scale(), grid.zero(), v, 2);
        for (int i = 0; i < u.length; i++) {
            assertThat(Float.floatToRawIntBits(v[i])).isEqualTo(Float.floatToRawIntBits(u[i]));
        }
    }

    @org.junit.jupiter.api.Test
    void everyByteDecodesAlikeAtExtremeScales() {
        byte[] all = new byte[512];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) Generators.bits(1, i);
        }
        for (float scale : new float[] {Float.MIN_VALUE, 0x1p-130f, 1, 1e36f, Float.MAX_VALUE, 0}) {
            float[] u = new float[512];
            float[] v = new float[512];
            new IntegerScalar().decode(all, 0, 512, scale, 3, u, 0);
            new IntegerVector().decode(all, 0, 512, scale, 3, v, 0);
            assertThat(v).isEqualTo(u);
        }
    }
}
