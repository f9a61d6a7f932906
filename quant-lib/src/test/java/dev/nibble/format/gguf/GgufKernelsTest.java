package dev.nibble.format.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.Awkward;
import dev.nibble.tensor.Generators;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The vector twins of the IQ4 search and of the encoders without one against the scalar ones, bit for bit. */
class GgufKernelsTest {
    private static final Iq4Scalar IQ4 = new Iq4Scalar();
    private static final Iq4Vector IQ4_VECTOR = new Iq4Vector();
    private static final SmallScalar SMALL = new SmallScalar();
    private static final SmallVector SMALL_VECTOR = new SmallVector();

    @Test
    void searchesForTheSameScalesInAnyNumberOfBlocks() {
        for (int blocks = 1; blocks <= 35; blocks++) {
            int size = blocks * 32;
            for (float[] x : Awkward.arrays(size + 3, false)) {
                float[] weights = Generators.gaussian(1, size, blocks).values().clone();
                for (int i = 0; i < size; i++) {
                    weights[i] = i % 5 == 0 ? 0 : blocks % 2 == 0 ? x[3 + i] * x[3 + i] : Math.abs(weights[i]);
                }
                float[] expected = new float[blocks];
                float[] found = new float[blocks];
                IQ4.search(x, 3, blocks, weights, expected);
                IQ4_VECTOR.search(x, 3, blocks, weights, found);
                assertThat(found).isEqualTo(expected);
                float[] inverse = new float[blocks];
                for (int b = 0; b < blocks; b++) {
                    inverse[b] = b % 7 == 3 ? Float.POSITIVE_INFINITY : expected[b] == 0 ? 0 : 1 / expected[b];
                }
                byte[] codes = new byte[size];
                byte[] vectorCodes = new byte[size];
                IQ4.codes(x, 3, blocks, inverse, codes);
                IQ4_VECTOR.codes(x, 3, blocks, inverse, vectorCodes);
                assertThat(vectorCodes).isEqualTo(codes);
            }
        }
    }

    @Test
    void codesTheHalfWaysAndTheirNeighboursAlike() {
        float[] x = new float[96];
        int n = 0;
        for (int i = 0; i < 15; i++) {
            float middle = (Iq4Scalar.VALUES[i] + Iq4Scalar.VALUES[i + 1]) / 2f;
            x[n++] = middle;
            x[n++] = Math.nextUp(middle);
            x[n++] = Math.nextDown(middle);
            x[n++] = Iq4Scalar.VALUES[i];
        }
        byte[] codes = new byte[96];
        byte[] vectorCodes = new byte[96];
        IQ4.codes(x, 0, 3, new float[] {1, 1, 1}, codes);
        IQ4_VECTOR.codes(x, 0, 3, new float[] {1, 1, 1}, vectorCodes);
        assertThat(vectorCodes).isEqualTo(codes);
        assertThat(Arrays.copyOf(codes, 4)).containsExactly(1, 1, 0, 0); // of two as near the upper one
    }

    @Test
    void encodesWithoutASearchAlike() {
        for (int blocks : new int[] {1, 2, 3, 4, 5, 7, 33, 70}) {
            for (float[] x : Awkward.arrays(blocks * 256 + 5, false)) {
                small(x, 5, blocks);
            }
        }
        float[] ties = new float[256 * 16];
        for (int i = 0;
                i < ties.length;
                i++) { // half-ways of E2M1 beside a largest magnitude of 4, and their neighbours
            float tie = new float[] {0.25f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5, 4}[i % 8];
            float moved = i % 3 == 0 ? tie : i % 3 == 1 ? Math.nextUp(tie) : Math.nextDown(tie);
            ties[i] = (i % 2 == 0 ? moved : -moved) * (float) Math.scalb(1.0, i / 32 % 60 - 30);
        }
        small(ties, 0, 16);
    }

    private static void small(float[] x, int from, int blocks) {
        byte[] expected = new byte[blocks * 8 * 17 + 3];
        byte[] found = expected.clone();
        SMALL.mxfp4(x, from, blocks * 8, expected, 3);
        SMALL_VECTOR.mxfp4(x, from, blocks * 8, found, 3);
        assertThat(found).isEqualTo(expected);
        expected = new byte[blocks * 4 * 36 + 3];
        found = expected.clone();
        SMALL.nvfp4(x, from, blocks * 4, expected, 3);
        SMALL_VECTOR.nvfp4(x, from, blocks * 4, found, 3);
        assertThat(found).isEqualTo(expected);
        expected = new byte[blocks * 66 + 3];
        found = expected.clone();
        SMALL.tq2_0(x, from, blocks, expected, 3);
        SMALL_VECTOR.tq2_0(x, from, blocks, found, 3);
        assertThat(found).isEqualTo(expected);
        expected = new byte[blocks * 54 + 3];
        found = expected.clone();
        SMALL.tq1_0(x, from, blocks, expected, 3);
        SMALL_VECTOR.tq1_0(x, from, blocks, found, 3);
        assertThat(found).isEqualTo(expected);
        expected = new byte[blocks * 4 * 18 + 3];
        found = expected.clone();
        SMALL.q2_0(x, from, blocks * 4, expected, 3);
        SMALL_VECTOR.q2_0(x, from, blocks * 4, found, 3);
        assertThat(found).isEqualTo(expected);
        expected = new byte[blocks * 2 * 18 + 3];
        found = expected.clone();
        SMALL.q1_0(x, from, blocks * 2, expected, 3);
        SMALL_VECTOR.q1_0(x, from, blocks * 2, found, 3);
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void takesTheExponentFromTheBitsAsFromTheLogarithm() {
        for (int p = -149; p <= 127; p++) {
            float power = Math.scalb(1f, p);
            int bits = Float.floatToRawIntBits(power);
            for (int k = -60; k <= 60; k++) {
                float v = Float.intBitsToFloat(bits + k);
                if (v > 0) {
                    assertThat(SmallVector.exponent(v)).as("%s", v).isEqualTo(MXFP4.exponent(v));
                }
            }
        }
        for (int k = 1; k <= 60; k++) { // below 2^128
            float v = Float.intBitsToFloat(0x7f800000 - k);
            assertThat(SmallVector.exponent(v)).as("%s", v).isEqualTo(MXFP4.exponent(v));
        }
    }

    @Test
    void theLogarithmIsThatOfTheOriginal() {
        // floorf(log2f(x)) of glibc 2.36: so many floats below each power of two count as that power.
        assertThat(roundedUp(-126, -64)).isEqualTo("-125: 44");
        assertThat(roundedUp(-63, -32)).isEqualTo("-63: 22");
        assertThat(roundedUp(-31, -16)).isEqualTo("-31: 11");
        assertThat(roundedUp(-15, -8)).isEqualTo("-15: 5");
        assertThat(roundedUp(-7, -4)).isEqualTo("-7: 2");
        assertThat(roundedUp(-3, -2)).isEqualTo("-3: 1");
        assertThat(roundedUp(-1, 2)).isEqualTo("-1: 0");
        assertThat(roundedUp(3, 4)).isEqualTo("3: 1");
        assertThat(roundedUp(5, 8)).isEqualTo("5: 2");
        assertThat(roundedUp(9, 16)).isEqualTo("9: 5");
        assertThat(roundedUp(17, 32)).isEqualTo("17: 11");
        assertThat(roundedUp(33, 64)).isEqualTo("33: 22");
        assertThat(roundedUp(65, 127)).isEqualTo("65: 44");
    }

    /** The first power and the number, if it is the same for all powers up to the last; -126 borders on the subnormal. */
    private static String roundedUp(int first, int last) {
        int from = Math.max(first, -125);
        int all = count(from);
        for (int p = from; p <= last; p++) {
            assertThat(count(p)).as("2^%d", p).isEqualTo(all);
        }
        return from + ": " + all;
    }

    private static int count(int p) {
        int bits = Float.floatToRawIntBits(Math.scalb(1f, p));
        int k = 0;
        while (MXFP4.exponent(Float.intBitsToFloat(bits - k - 1)) == p + 125) {
            k++;
        }
        return k;
    }
}
