package dev.nibble.format.integer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Awkward;
import dev.nibble.format.integer.IntegerKernels.Groups;
import dev.nibble.format.integer.IntegerKernels.Rule;
import dev.nibble.tensor.Generators;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IntegerKernelsTest {
    @ParameterizedTest
    @MethodSource("dev.nibble.Awkward#sizes")
    void bothProvidersMakeTheSameCodesAndValues(int size) {
        for (float[] x : Awkward.arrays(size + 3, false)) {
            float absmax = Awkward.absmax(x);
            for (int bits = 2; bits <= 8; bits++) {
                int qmax = (1 << (bits - 1)) - 1;
                float scale = Math.max(absmax / qmax, Float.MIN_VALUE);
                float normal = Math.max(scale, 0x1p-23f);
                same(x, size, row(scale, 0), new Rule(false, false, -qmax, qmax));
                same(x, size, row(normal, 0), new Rule(true, false, -qmax - 1, qmax));
                same(x, size, row(scale, 1), new Rule(false, true, -qmax - 1, qmax));
                same(x, size, row(scale, -qmax - 1), new Rule(false, false, -qmax - 1, qmax));
                // A run that begins inside a group, and groups of every scale, 0 among them.
                same(x, size, many(size, 5, 32, normal), new Rule(false, false, -qmax - 1, qmax));
                same(x, size, many(size, 64, 100, normal), new Rule(true, false, -qmax - 1, qmax));
            }
        }
    }

    private static Groups row(float scale, int zero) {
        return new Groups(1 << 20, 1 << 20, new float[] {scale}, new byte[] {(byte) zero});
    }

    private static Groups many(int count, int first, int size, float scale) {
        int groups = 1 + Math.max(0, count - first + size - 1) / size;
        float[] scales = new float[groups];
        byte[] zeros = new byte[groups];
        for (int g = 0; g < groups; g++) {
            scales[g] = scale * (g % 3);
            zeros[g] = (byte) (g % 4 - 2);
        }
        return new Groups(first, size, scales, zeros);
    }

    private static void same(float[] x, int size, Groups groups, Rule rule) {
        byte[] a = new byte[size + 1];
        byte[] b = new byte[size + 1];
        new IntegerScalar().encode(x, 3, size, groups, rule, a, 1);
        new IntegerVector().encode(x, 3, size, groups, rule, b, 1);
        assertThat(b).isEqualTo(a);
        float[] u = new float[size + 2];
        float[] v = new float[size + 2];
        new IntegerScalar().decode(a, 1, size, groups, u, 2);
        new IntegerVector().decode(a, 1, size, groups, v, 2);
        for (int i = 0; i < u.length; i++) {
            assertThat(Float.floatToRawIntBits(v[i])).isEqualTo(Float.floatToRawIntBits(u[i]));
        }
    }

    @Test
    void everyByteDecodesAlikeAtExtremeScales() {
        byte[] all = new byte[512];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) Generators.bits(1, i);
        }
        for (float scale : new float[] {Float.MIN_VALUE, 0x1p-130f, 1, 1e36f, Float.MAX_VALUE, 0}) {
            float[] u = new float[512];
            float[] v = new float[512];
            new IntegerScalar().decode(all, 0, 512, row(scale, 3), u, 0);
            new IntegerVector().decode(all, 0, 512, row(scale, 3), v, 0);
            assertThat(v).isEqualTo(u);
        }
    }
}
