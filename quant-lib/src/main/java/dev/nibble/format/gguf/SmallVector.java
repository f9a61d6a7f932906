package dev.nibble.format.gguf;

import dev.nibble.compute.Reductions;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link SmallScalar} on the vector unit, bit for bit: the largest magnitudes of many blocks first, then their codes one to
 * a byte, then eight bytes at a time packed as a long.
 */
final class SmallVector implements SmallKernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    /** As many bytes as there are lanes; the narrowest byte vector has 8, so 128-bit machines use its lower half. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(8, LANES) * 8));
    /** What a store of codes may write beyond them. */
    private static final int SLACK = B.length();

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int RUN = 1024;

    private static final int LEAST = -126;
    /**
     * How many floats below 2^p have a logarithm that float32 rounds to p, at p + 126. The logarithm of the k-th below is
     * p - k · 2^-24 / ln 2, and rounds to p if that is less than half of the last place there.
     */
    private static final byte[] ROUNDED_UP = new byte[129 - LEAST];

    static {
        for (int p = LEAST; p <= 128; p++) {
            ROUNDED_UP[p - LEAST] = (byte) (Math.ulp(Math.nextDown((float) p)) * 0x1p23 * StrictMath.log(2));
        }
    }

    SmallVector() {}

    @Override
    public void mxfp4(float[] x, int from, int blocks, byte[] out, int at) {
        float[] high = new float[RUN / 32];
        byte[] codes = new byte[32 + SLACK];
        for (int b = 0, n; b < blocks; b += n) {
            n = Math.min(high.length, blocks - b);
            int first = from + b * 32;
            Reductions.BEST.absmax(x, first, first + n * 32, 32, high, 0);
            for (int k = 0; k < n; k++) {
                int to = at + (b + k) * 17;
                int e = exponent(high[k]) & 0xff;
                out[to] = (byte) e;
                fp4(x, first + k * 32, 32, 2 * MXFP4.halfScale(e), codes, 0);
                pairs(codes, 0, 16, out, to + 1);
                pairs(codes, 8, 16, out, to + 9);
            }
        }
    }

    /** {@link MXFP4#exponent} from the bits. */
    static int exponent(float absmax) {
        int bits = Float.floatToRawIntBits(absmax);
        if (bits < 0x00800000) {
            return MXFP4.exponent(absmax);
        }
        int exponent = (bits >>> 23) - 127;
        int below = 0x00800000 - (bits & 0x007fffff);
        return exponent + (below <= ROUNDED_UP[exponent + 1 - LEAST] ? 1 : 0) - 2 + 127;
    }

    @Override
    public void nvfp4(float[] x, int from, int blocks, byte[] out, int at) {
        float[] high = new float[RUN / 16];
        byte[] codes = new byte[64 + SLACK];
        for (int b = 0, n; b < blocks; b += n) {
            n = Math.min(RUN / 64, blocks - b);
            int first = from + b * 64;
            Reductions.BEST.absmax(x, first, first + n * 64, 16, high, 0);
            for (int k = 0; k < n; k++) {
                int to = at + (b + k) * 36;
                for (int s = 0; s < 4; s++) {
                    int code = NVFP4.scaleCode(high[4 * k + s] / 6);
                    out[to + s] = (byte) code;
                    if (code == 0) { // every value is 0, and the first of them the code
                        Arrays.fill(codes, 16 * s, 16 * s + 16, (byte) 0);
                    } else {
                        fp4(x, first + k * 64 + s * 16, 16, 2 * NVFP4.halfScale(code), codes, 16 * s);
                    }
                }
                for (int s = 0; s < 4; s++) { // after all four, since a store of codes may reach into the next
                    pairs(codes, 16 * s, 8, out, to + 4 + 8 * s);
                }
            }
        }
    }

    /** Codes of E2M1: how many of the half-ways lie below the magnitude, and the sign unless that is 0. */
    private static void fp4(float[] x, int from, int count, float scale, byte[] codes, int at) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector v = FloatVector.fromArray(F, x, from + i);
            FloatVector magnitude = v.abs();
            IntVector code = IntVector.zero(I);
            code = code.add(
                    1, magnitude.compare(VectorOperators.GT, 0.25f * scale).cast(I));
            code = code.add(
                    1, magnitude.compare(VectorOperators.GT, 0.75f * scale).cast(I));
            code = code.add(
                    1, magnitude.compare(VectorOperators.GT, 1.25f * scale).cast(I));
            code = code.add(
                    1, magnitude.compare(VectorOperators.GT, 1.75f * scale).cast(I));
            code = code.add(
                    1, magnitude.compare(VectorOperators.GT, 2.5f * scale).cast(I));
            code = code.add(
                    1, magnitude.compare(VectorOperators.GT, 3.5f * scale).cast(I));
            code = code.add(1, magnitude.compare(VectorOperators.GT, 5f * scale).cast(I));
            code = code.add(8, v.compare(VectorOperators.LT, -0.25f * scale).cast(I));
            ((ByteVector) code.castShape(B, 0)).intoArray(codes, at + i);
        }
    }

    /** Eight codes to the low nibbles of eight bytes, those {@code apart} further on to the high ones. */
    private static void pairs(byte[] codes, int from, int apart, byte[] out, int at) {
        LONGS.set(out, at, (long) LONGS.get(codes, from) | (long) LONGS.get(codes, from + apart) << 4);
    }

    @Override
    public void tq2_0(float[] x, int from, int blocks, byte[] out, int at) {
        float[] high = new float[1];
        byte[] codes = new byte[256 + SLACK];
        for (int b = 0; b < blocks; b++) {
            int first = from + b * 256;
            int to = at + b * 66;
            Reductions.BEST.absmax(x, first, first + 256, 256, high, 0);
            float inverse = high[0] == 0 ? 0 : 1 / high[0];
            if (inverse == Float.POSITIVE_INFINITY) {
                Arrays.fill(codes, (byte) 1);
            } else {
                trits(x, first, 256, inverse, codes);
            }
            for (int k = 0; k < 64; k += 8) {
                int c = k / 32 * 128 + k % 32;
                long packed = (long) LONGS.get(codes, c)
                        | (long) LONGS.get(codes, c + 32) << 2
                        | (long) LONGS.get(codes, c + 64) << 4
                        | (long) LONGS.get(codes, c + 96) << 6;
                LONGS.set(out, to + k, packed);
            }
            Halves.put(out, to + 64, high[0]);
        }
    }

    @Override
    public void q2_0(float[] x, int from, int blocks, byte[] out, int at) {
        float[] high = new float[1];
        byte[] codes = new byte[64 + SLACK];
        for (int b = 0; b < blocks; b++) {
            int first = from + b * 64;
            int to = at + b * 18;
            Reductions.BEST.absmax(x, first, first + 64, 64, high, 0);
            float inverse = high[0] == 0 ? 0 : 1 / high[0];
            if (inverse == Float.POSITIVE_INFINITY) {
                Arrays.fill(codes, (byte) 0);
            } else {
                trits(x, first, 64, inverse, codes);
            }
            Halves.put(out, to, high[0]);
            for (int k = 0; k < 16; k += 2) { // eight codes to two bytes
                long c = (long) LONGS.get(codes, 4 * k);
                long packed = c | c >>> 6 | c >>> 12 | c >>> 18;
                out[to + 2 + k] = (byte) packed;
                out[to + 3 + k] = (byte) (packed >>> 32);
            }
        }
    }

    @Override
    public void tq1_0(float[] x, int from, int blocks, byte[] out, int at) {
        float[] high = new float[1];
        byte[] codes = new byte[256 + SLACK];
        for (int b = 0; b < blocks; b++) {
            int first = from + b * 256;
            int to = at + b * 54;
            Reductions.BEST.absmax(x, first, first + 256, 256, high, 0);
            float inverse = high[0] == 0 ? 0 : 1 / high[0];
            if (inverse == Float.POSITIVE_INFINITY) {
                Arrays.fill(codes, (byte) 1);
            } else {
                trits(x, first, 256, inverse, codes);
            }
            TQ1_0.pack(codes, out, to);
            Halves.put(out, to + 52, high[0]);
        }
    }

    private static void trits(float[] x, int from, int count, float inverse, byte[] codes) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector v = FloatVector.fromArray(F, x, from + i).mul(inverse);
            IntVector code = IntVector.broadcast(I, 1);
            code = code.add(1, v.compare(VectorOperators.GE, 0.5f).cast(I));
            code = code.sub(1, v.compare(VectorOperators.LE, -0.5f).cast(I));
            ((ByteVector) code.castShape(B, 0)).intoArray(codes, i);
        }
    }

    @Override
    public void q1_0(float[] x, int from, int blocks, byte[] out, int at) {
        int b = 0;
        for (; b + 4 <= blocks; b += 4) {
            means(x, from + b * 128, out, at + b * 18);
        }
        for (; b < blocks; b++) {
            Halves.put(out, at + b * 18, Q1_0.mean(x, from + b * 128));
        }
        for (b = 0; b < blocks; b++) {
            signs(x, from + b * 128, out, at + b * 18 + 2);
        }
    }

    /** The means of four blocks: each sum waits for its last addition, so four go side by side. */
    private static void means(float[] x, int from, byte[] out, int at) {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        for (int j = from; j < from + 128; j++) {
            sum0 += Math.abs(x[j]);
            sum1 += Math.abs(x[j + 128]);
            sum2 += Math.abs(x[j + 256]);
            sum3 += Math.abs(x[j + 384]);
        }
        Halves.put(out, at, sum0 / 128);
        Halves.put(out, at + 18, sum1 / 128);
        Halves.put(out, at + 36, sum2 / 128);
        Halves.put(out, at + 54, sum3 / 128);
    }

    private static void signs(float[] x, int from, byte[] out, int at) {
        for (int word = 0; word < 2; word++) {
            long bits = 0;
            for (int i = 0; i < 64; i += LANES) {
                VectorMask<Float> positive =
                        FloatVector.fromArray(F, x, from + 64 * word + i).compare(VectorOperators.GE, 0);
                bits |= positive.toLong() << i;
            }
            LONGS.set(out, at + 8 * word, bits);
        }
    }
}
