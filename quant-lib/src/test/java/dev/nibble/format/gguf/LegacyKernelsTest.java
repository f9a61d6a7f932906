package dev.nibble.format.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Awkward;
import dev.nibble.core.Trace;
import dev.nibble.tensor.Generators;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The blocks of 32 weights, encoded and decoded on the vector unit, against the scalar codecs byte for byte. */
class LegacyKernelsTest {
    private static final LegacyKernels SCALAR = new LegacyScalar();
    private static final LegacyKernels VECTOR = new LegacyVector();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 128, 131})
    void bothWriteAndReadTheSameBlocks(int blocks) {
        List<float[]> inputs = Awkward.arrays(blocks * 32 + 3, false);
        float[] mixed = Generators.gaussian(1, blocks * 32 + 3, 4).values();
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] *= i / 32 % 3 == 0 ? -0f : Math.scalb(1f, i / 32 % 250 - 130);
        }
        inputs.add(mixed);
        float[] zeros = new float[blocks * 32 + 3]; // zeros of both signs, and weights on one side of them
        for (int i = 0; i < zeros.length; i++) {
            zeros[i] = i % 7 == 0 ? -0f : i % 5 == 0 && i / 32 % 3 != 0 ? (i / 32 % 3 - 1.5f) * 2 : 0;
        }
        inputs.add(zeros);
        float[] huge = Generators.gaussian(1, blocks * 32 + 3, 4).values();
        for (int i = 0; i < huge.length; i++) {
            huge[i] = Math.copySign(Float.MAX_VALUE, huge[i]);
        }
        inputs.add(huge);
        for (float[] x : inputs) {
            same(new Q4_0(SCALAR, null), new Q4_0(VECTOR, null), x, blocks);
            same(new Q4_1(SCALAR, null), new Q4_1(VECTOR, null), x, blocks);
            same(new Q5_0(SCALAR, null), new Q5_0(VECTOR, null), x, blocks);
            same(new Q5_1(SCALAR, null), new Q5_1(VECTOR, null), x, blocks);
            same(new Q8_0(SCALAR), new Q8_0(VECTOR), x, blocks);
            same(new Q8_1(SCALAR), new Q8_1(VECTOR), x, blocks);
        }
    }

    private static void same(BlockCodec scalar, BlockCodec vector, float[] x, int blocks) {
        int bytes = scalar.type().blockBytes();
        byte[] a = new byte[blocks * bytes + 4];
        byte[] b = new byte[blocks * bytes + 4];
        scalar.encode(x, 3, blocks, RowContext.NONE, 0, a, 2);
        vector.encode(x, 3, blocks, RowContext.NONE, 0, b, 2);
        assertThat(b).isEqualTo(a);
        // The traced way, which decides and packs one block after the other.
        byte[] c = new byte[bytes];
        for (int k = 0; k < blocks; k++) {
            scalar.encodeTraced(x, 3 + 32 * k, RowContext.NONE, 0, 32 * k, Trace.off(), c, 0);
            assertThat(c).isEqualTo(Arrays.copyOfRange(a, 2 + k * bytes, 2 + (k + 1) * bytes));
        }
        float[] u = new float[blocks * 32 + 5];
        float[] v = new float[blocks * 32 + 5];
        scalar.decode(a, 2, blocks, u, 1);
        vector.decode(a, 2, blocks, v, 1);
        assertThat(v).isEqualTo(u);
    }
}
