package dev.nibble.format.gguf;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Iq4Scalar} on the vector unit, bit for bit: blocks lie side by side, one in each lane, so that every sum keeps its
 * order. Weights are turned around first, weight j of all lanes together.
 */
final class Iq4Vector implements Iq4Kernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    /** As many bytes as there are lanes; the narrowest byte vector has 8, so 128-bit machines use its lower half. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(8, LANES) * 8));

    private static final int ROOM = B.length();
    private static final float FIRST = Iq4Scalar.VALUES[0];
    private static final float LAST = Iq4Scalar.VALUES[15];

    Iq4Vector() {}

    @Override
    public void search(float[] x, int from, int blocks, float[] weights, float[] scales) {
        float[] xs = new float[BLOCK * LANES];
        float[] ws = new float[BLOCK * LANES];
        float[] found = new float[LANES];
        int b = 0;
        for (; b + LANES <= blocks; b += LANES) {
            turn(x, from + b * BLOCK, LANES, xs);
            turn(weights, b * BLOCK, LANES, ws);
            lanes(xs, ws, found);
            System.arraycopy(found, 0, scales, b, LANES);
        }
        if (b < blocks) { // lanes without a block hold zeros
            Arrays.fill(xs, 0);
            Arrays.fill(ws, 0);
            turn(x, from + b * BLOCK, blocks - b, xs);
            turn(weights, b * BLOCK, blocks - b, ws);
            lanes(xs, ws, found);
            System.arraycopy(found, 0, scales, b, blocks - b);
        }
    }

    /** Weight j of block k to place {@code j · LANES + k}. */
    private static void turn(float[] x, int from, int blocks, float[] turned) {
        for (int k = 0; k < blocks; k++) {
            int at = from + k * BLOCK;
            for (int j = 0; j < BLOCK; j++) {
                turned[j * LANES + k] = x[at + j];
            }
        }
    }

    private static void lanes(float[] xs, float[] ws, float[] found) {
        FloatVector max = firstLargest(xs);
        VectorMask<Float> some = max.abs().compare(VectorOperators.GE, EPSILON);
        FloatVector scale = FloatVector.zero(F);
        FloatVector best = FloatVector.zero(F);
        float[] sums = new float[2 * LANES];
        for (int c = -1; c <= 2 * TRIES; c++) {
            FloatVector inverse = c < 0
                    ? FloatVector.broadcast(F, 1).div(max.neg().div(FIRST))
                    : FloatVector.broadcast(F, c - TRIES + FIRST).div(max);
            sums(xs, ws, inverse, sums);
            FloatVector sumqx = FloatVector.fromArray(F, sums, 0);
            FloatVector sumq2 = FloatVector.fromArray(F, sums, LANES);
            VectorMask<Float> better = sumq2.compare(VectorOperators.GT, 0);
            if (c >= 0) {
                better = better.and(sumqx.mul(sumqx).compare(VectorOperators.GT, best.mul(sumq2)));
            }
            FloatVector fitted = sumqx.div(sumq2);
            scale = scale.blend(fitted, better);
            best = best.blend(fitted.mul(sumqx), better);
        }
        FloatVector.zero(F).blend(scale, some).intoArray(found, 0);
    }

    private static FloatVector firstLargest(float[] xs) {
        FloatVector max = FloatVector.zero(F);
        IntVector magnitude = max.reinterpretAsInts(); // of floats that are not negative, in the order of their bits
        for (int j = 0; j < BLOCK; j++) {
            FloatVector v = FloatVector.fromArray(F, xs, j * LANES);
            IntVector bits = v.reinterpretAsInts().and(0x7fffffff);
            VectorMask<Float> larger =
                    bits.compare(VectorOperators.GT, magnitude).cast(F);
            max = max.blend(v, larger);
            magnitude = magnitude.max(bits);
        }
        return max;
    }

    /** Σ w q x and Σ w q² of the nearest values under an inverse scale. */
    private static void sums(float[] xs, float[] ws, FloatVector inverse, float[] sums) {
        FloatVector sumqx = FloatVector.zero(F);
        FloatVector sumq2 = FloatVector.zero(F);
        for (int j = 0; j < BLOCK * LANES; j += LANES) {
            FloatVector v = FloatVector.fromArray(F, xs, j);
            FloatVector u = inverse.mul(v);
            // The last value, less what lies between it and the nearest one.
            FloatVector q = FloatVector.broadcast(F, LAST);
            q = q.sub(23f, u.compare(VectorOperators.LT, -115.5f));
            q = q.sub(21f, u.compare(VectorOperators.LT, -93.5f));
            q = q.sub(18f, u.compare(VectorOperators.LT, -74.0f));
            q = q.sub(16f, u.compare(VectorOperators.LT, -57.0f));
            q = q.sub(14f, u.compare(VectorOperators.LT, -42.0f));
            q = q.sub(13f, u.compare(VectorOperators.LT, -28.5f));
            q = q.sub(12f, u.compare(VectorOperators.LT, -16.0f));
            q = q.sub(11f, u.compare(VectorOperators.LT, -4.5f));
            q = q.sub(12f, u.compare(VectorOperators.LT, 7.0f));
            q = q.sub(12f, u.compare(VectorOperators.LT, 19.0f));
            q = q.sub(13f, u.compare(VectorOperators.LT, 31.5f));
            q = q.sub(15f, u.compare(VectorOperators.LT, 45.5f));
            q = q.sub(16f, u.compare(VectorOperators.LT, 61.0f));
            q = q.sub(20f, u.compare(VectorOperators.LT, 79.0f));
            q = q.sub(24f, u.compare(VectorOperators.LT, 101.0f));
            FloatVector wq = FloatVector.fromArray(F, ws, j).mul(q);
            sumqx = sumqx.add(wq.mul(v));
            sumq2 = sumq2.add(wq.mul(q));
        }
        sumqx.intoArray(sums, 0);
        sumq2.intoArray(sums, LANES);
    }

    @Override
    public void codes(float[] x, int from, int blocks, float[] inverse, byte[] codes) {
        for (int b = 0; b < blocks; b++) {
            codes(x, from + b * BLOCK, inverse[b], codes, b * BLOCK);
        }
    }

    private static void codes(float[] x, int from, float inverse, byte[] codes, int at) {
        int j = 0;
        for (; j <= BLOCK - ROOM; j += LANES) {
            FloatVector u = FloatVector.fromArray(F, x, from + j).mul(inverse);
            IntVector code = IntVector.broadcast(I, 15);
            code = code.sub(1, u.compare(VectorOperators.LT, -115.5f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, -93.5f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, -74.0f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, -57.0f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, -42.0f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, -28.5f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, -16.0f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, -4.5f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, 7.0f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, 19.0f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, 31.5f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, 45.5f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, 61.0f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, 79.0f).cast(I));
            code = code.sub(1, u.compare(VectorOperators.LT, 101.0f).cast(I));
            ((ByteVector) code.castShape(B, 0)).intoArray(codes, at + j);
        }
        for (; j < BLOCK; j++) {
            codes[at + j] = (byte) Iq4Scalar.nearest(inverse * x[from + j]);
        }
    }
}
