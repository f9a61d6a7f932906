package dev.nibble.compute;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link RowKernels} on the vector unit. A narrower unit passes over the numbers once for each of its shares of the 16 lanes.
 * Numbers behind the last 16 go through the scalar twin's arithmetic.
 */
final class VectorRows implements RowKernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final int SUMS = ScalarRows.LANES;
    private static final ScalarRows SCALAR = new ScalarRows();
    private static final int MAGIC_BITS = Float.floatToRawIntBits(ScalarRows.MAGIC);

    /** Lanes of a sum, a thread's own, so that sums allocate nothing. */
    private static final ThreadLocal<float[]> ROOM = ThreadLocal.withInitial(() -> new float[SUMS]);

    VectorRows() {}

    private static FloatVector exp(FloatVector x) {
        FloatVector magic = x.fma(ScalarRows.LOG2_E, ScalarRows.MAGIC);
        FloatVector k = magic.sub(ScalarRows.MAGIC);
        FloatVector r = k.fma(FloatVector.broadcast(F, -ScalarRows.LN2_HIGH), x);
        r = k.fma(FloatVector.broadcast(F, -ScalarRows.LN2_LOW), r);
        FloatVector p = r.fma(1f / 5040, 1f / 720);
        p = p.fma(r, FloatVector.broadcast(F, 1f / 120));
        p = p.fma(r, FloatVector.broadcast(F, 1f / 24));
        p = p.fma(r, FloatVector.broadcast(F, 1f / 6));
        p = p.fma(r, FloatVector.broadcast(F, 0.5f));
        p = p.fma(r, FloatVector.broadcast(F, 1f));
        p = p.fma(r, FloatVector.broadcast(F, 1f));
        IntVector n = magic.reinterpretAsInts().sub(MAGIC_BITS);
        IntVector half = n.lanewise(VectorOperators.ASHR, 1);
        FloatVector low = half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector high =
                n.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        return p.mul(low)
                .mul(high)
                .blend(0, x.compare(VectorOperators.LT, ScalarRows.LOWEST))
                .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, ScalarRows.HIGHEST));
    }

    @Override
    public void exp(float[] x, int from, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            exp(FloatVector.fromArray(F, x, from + i)).intoArray(x, from + i);
        }
        SCALAR.exp(x, from + i, n - i);
    }

    @Override
    public float sum(float[] x, int from, int n) {
        float[] lanes = ROOM.get();
        int whole = n / SUMS * SUMS;
        for (int part = 0; part < SUMS; part += LANES) {
            FloatVector sum = FloatVector.zero(F);
            for (int i = part; i < whole; i += SUMS) {
                sum = sum.add(FloatVector.fromArray(F, x, from + i));
            }
            sum.intoArray(lanes, part);
        }
        for (int i = whole; i < n; i++) {
            lanes[i - whole] += x[from + i];
        }
        return ScalarRows.tree(lanes);
    }

    @Override
    public float squares(float[] x, int from, int n, float center) {
        float[] lanes = ROOM.get();
        int whole = n / SUMS * SUMS;
        for (int part = 0; part < SUMS; part += LANES) {
            FloatVector sum = FloatVector.zero(F);
            for (int i = part; i < whole; i += SUMS) {
                FloatVector d = FloatVector.fromArray(F, x, from + i).sub(center);
                sum = d.fma(d, sum);
            }
            sum.intoArray(lanes, part);
        }
        for (int i = whole; i < n; i++) {
            float d = x[from + i] - center;
            lanes[i - whole] = Math.fma(d, d, lanes[i - whole]);
        }
        return ScalarRows.tree(lanes);
    }

    /** On the bits, ordered as ints, where positive not-a-numbers are the largest. */
    @Override
    public float max(float[] x, int from, int n) {
        if (n < LANES) {
            return SCALAR.max(x, from, n);
        }
        IntVector most = IntVector.broadcast(IntVector.SPECIES_PREFERRED, Integer.MIN_VALUE);
        boolean number = true;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector v = FloatVector.fromArray(F, x, from + i);
            IntVector bits = v.reinterpretAsInts();
            most = most.max(bits.lanewise(
                    VectorOperators.XOR, bits.lanewise(VectorOperators.ASHR, 31).and(0x7fffffff)));
            number &= !v.compare(VectorOperators.NE, v).anyTrue();
        }
        float rest = SCALAR.max(x, from + i, n - i);
        if (!number || Float.isNaN(rest)) {
            return Float.NaN;
        }
        return Math.max(ScalarReductions.value(most.reduceLanes(VectorOperators.MAX)), rest);
    }

    @Override
    public void normalize(
            float[] x, int from, int n, float center, float factor, float[] weight, float[] bias, float[] y, int to) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector v = FloatVector.fromArray(F, x, from + i)
                    .sub(center)
                    .mul(factor)
                    .mul(FloatVector.fromArray(F, weight, i));
            (bias == null ? v : v.add(FloatVector.fromArray(F, bias, i))).intoArray(y, to + i);
        }
        for (; i < n; i++) {
            float v = (x[from + i] - center) * factor * weight[i];
            y[to + i] = bias == null ? v : v + bias[i];
        }
    }

    @Override
    public float expSum(float[] x, int from, int n, float max) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            exp(FloatVector.fromArray(F, x, from + i).sub(max)).intoArray(x, from + i);
        }
        for (; i < n; i++) {
            x[from + i] = ScalarRows.exp(x[from + i] - max);
        }
        return sum(x, from, n);
    }

    @Override
    public void scale(float[] x, int from, int n, float factor) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector.fromArray(F, x, from + i).mul(factor).intoArray(x, from + i);
        }
        SCALAR.scale(x, from + i, n - i, factor);
    }

    @Override
    public void add(float[] x, int from, int n, float[] y, int to) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector.fromArray(F, y, to + i)
                    .add(FloatVector.fromArray(F, x, from + i))
                    .intoArray(y, to + i);
        }
        SCALAR.add(x, from + i, n - i, y, to + i);
    }

    @Override
    public void siluTimes(float[] x, int from, int n, float[] y, int to) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector v = FloatVector.fromArray(F, x, from + i);
            v.div(exp(v.neg()).add(1)).mul(FloatVector.fromArray(F, y, to + i)).intoArray(x, from + i);
        }
        SCALAR.siluTimes(x, from + i, n - i, y, to + i);
    }

    @Override
    public void geluTanh(float[] x, int from, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector v = FloatVector.fromArray(F, x, from + i);
            FloatVector u = v.mul(v.mul(v).mul(ScalarRows.GELU_CUBE).add(ScalarRows.GELU));
            v.div(exp(u.neg()).add(1)).intoArray(x, from + i);
        }
        SCALAR.geluTanh(x, from + i, n - i);
    }
}
