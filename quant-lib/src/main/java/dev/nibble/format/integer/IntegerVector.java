package dev.nibble.format.integer;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link IntegerScalar} on the vector unit, bit for bit. */
final class IntegerVector implements IntegerKernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    /** As many bytes as there are lanes; the narrowest byte vector has 8, so 128-bit machines use its lower half. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(8, LANES) * 8));

    private static final int ROOM = B.length();
    /** 1.5 · 2^23: adding it leaves the nearest integer, ties to even, in the low bits of any |x| &lt; 2^22. */
    private static final float MAGIC = 0x1.8p23f;

    private static final int MAGIC_BITS = 0x4B400000;

    IntegerVector() {}

    @Override
    public void encode(float[] x, int from, int count, Grid grid, int group, int left, byte[] q, int at) {
        if (grid.multiply) {
            multiply(x, from, count, grid, group, left, q, at);
        } else {
            divide(x, from, count, grid, group, left, q, at);
        }
    }

    // Two loops that differ in one operation, each the whole of a method that is called once per run of many groups: C2
    // compiles it by itself, whatever else has run in this JVM. A choice inside the loop, or a helper that takes
    // vectors, is compiled well in some JVMs and boxed in others.
    //
    // The clamp is on the bits of the sum with MAGIC, which as integers order like the floats where they are positive
    // and lie below all of those where they are negative: so a weight that is clipped may be as far away as it likes.

    private static void divide(float[] x, int from, int count, Grid grid, int group, int left, byte[] q, int at) {
        int i = 0;
        int end = Math.min(count, left);
        for (int g = group; i < count; g++, i = end, end += Math.min(grid.size, count - end)) {
            float by = grid.by[g];
            float sub = grid.sub[g];
            float add = grid.add[g];
            int outside = grid.outside[g];
            int min = grid.fieldMin - outside + MAGIC_BITS;
            int max = grid.fieldMax - outside + MAGIC_BITS;
            int most = IntegerScalar.usable(by) ? end : i; // the rest is the scalar twin's to handle
            for (; i <= most - ROOM; i += LANES) {
                FloatVector t = FloatVector.fromArray(F, x, from + i)
                        .sub(sub)
                        .div(by)
                        .add(add)
                        .add(MAGIC);
                IntVector field = t.reinterpretAsInts().max(min).min(max).add(outside - MAGIC_BITS);
                ((ByteVector) field.castShape(B, 0)).intoArray(q, at + i);
            }
            if (i < end) {
                IntegerScalar.encode(x, from + i, end - i, grid, g, q, at + i);
            }
        }
    }

    private static void multiply(float[] x, int from, int count, Grid grid, int group, int left, byte[] q, int at) {
        int i = 0;
        int end = Math.min(count, left);
        for (int g = group; i < count; g++, i = end, end += Math.min(grid.size, count - end)) {
            float by = grid.by[g];
            float sub = grid.sub[g];
            float add = grid.add[g];
            int outside = grid.outside[g];
            int min = grid.fieldMin - outside + MAGIC_BITS;
            int max = grid.fieldMax - outside + MAGIC_BITS;
            int most = IntegerScalar.usable(by) ? end : i;
            for (; i <= most - ROOM; i += LANES) {
                FloatVector t = FloatVector.fromArray(F, x, from + i)
                        .sub(sub)
                        .mul(by)
                        .add(add)
                        .add(MAGIC);
                IntVector field = t.reinterpretAsInts().max(min).min(max).add(outside - MAGIC_BITS);
                ((ByteVector) field.castShape(B, 0)).intoArray(q, at + i);
            }
            if (i < end) {
                IntegerScalar.encode(x, from + i, end - i, grid, g, q, at + i);
            }
        }
    }

    @Override
    public void decode(byte[] q, int from, int count, Grid grid, int group, int left, float[] y, int at) {
        int mask = grid.mask;
        float factor = grid.fieldFactor;
        int i = 0;
        int end = Math.min(count, left);
        for (int g = group; i < count; g++, i = end, end += Math.min(grid.size, count - end)) {
            float a = grid.a[g];
            float s = grid.s[g];
            float b = grid.b[g];
            for (; i <= end - ROOM; i += LANES) {
                IntVector field =
                        (IntVector) ByteVector.fromArray(B, q, from + i).castShape(I, 0);
                FloatVector value = (FloatVector) field.and(mask).convert(VectorOperators.I2F, 0);
                value.sub(a).mul(s).mul(factor).add(b).intoArray(y, at + i);
            }
            if (i < end) {
                IntegerScalar.decode(q, from + i, end - i, grid, g, y, at + i);
            }
        }
    }

    @Override
    public float error(float[] x, int from, int count, Grid grid, int g) {
        float[] lanes = new float[16];
        int i = 0;
        if (IntegerScalar.usable(grid.by[g])) {
            i = grid.multiply
                    ? errorOfMultiplying(x, from, count, grid, g, lanes)
                    : errorOfDividing(x, from, count, grid, g, lanes);
        }
        for (; i < count; i++) {
            lanes[i % 16] += IntegerScalar.error(x[from + i], grid, g);
        }
        return IntegerScalar.tree(lanes);
    }

    private static int errorOfDividing(float[] x, int from, int count, Grid grid, int g, float[] lanes) {
        float by = grid.by[g];
        float sub = grid.sub[g];
        float add = grid.add[g];
        int outside = grid.outside[g];
        int min = grid.fieldMin - outside + MAGIC_BITS;
        int max = grid.fieldMax - outside + MAGIC_BITS;
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            FloatVector w = FloatVector.fromArray(F, x, from + i);
            FloatVector t = w.sub(sub).div(by).add(add).add(MAGIC);
            IntVector field = t.reinterpretAsInts().max(min).min(max).add(outside - MAGIC_BITS);
            error(w, field, grid, g, lanes, i % 16);
        }
        return i;
    }

    private static int errorOfMultiplying(float[] x, int from, int count, Grid grid, int g, float[] lanes) {
        float by = grid.by[g];
        float sub = grid.sub[g];
        float add = grid.add[g];
        int outside = grid.outside[g];
        int min = grid.fieldMin - outside + MAGIC_BITS;
        int max = grid.fieldMax - outside + MAGIC_BITS;
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            FloatVector w = FloatVector.fromArray(F, x, from + i);
            FloatVector t = w.sub(sub).mul(by).add(add).add(MAGIC);
            IntVector field = t.reinterpretAsInts().max(min).min(max).add(outside - MAGIC_BITS);
            error(w, field, grid, g, lanes, i % 16);
        }
        return i;
    }

    /** Adds |decoded - w|^2.4 to the lanes from {@code at} on; see {@link IntegerScalar#power24}. */
    private static void error(FloatVector w, IntVector field, Grid grid, int g, float[] lanes, int at) {
        FloatVector e = ((FloatVector) field.convert(VectorOperators.I2F, 0))
                .sub(grid.a[g])
                .mul(grid.s[g])
                .mul(grid.fieldFactor)
                .add(grid.b[g])
                .sub(w)
                .abs();
        IntVector bits = e.reinterpretAsInts();
        IntVector exponent = bits.sub(Power.SQRT_HALF).lanewise(VectorOperators.ASHR, 23);
        FloatVector m = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats()
                .sub(1);
        FloatVector log = m.mul(Power.L0)
                .add(Power.L1)
                .mul(m)
                .add(Power.L2)
                .mul(m)
                .add(Power.L3)
                .mul(m)
                .add(Power.L4)
                .mul(m)
                .add(Power.L5)
                .mul(m)
                .add(Power.L6)
                .mul(m)
                .add(Power.L7)
                .mul(m)
                .add((FloatVector) exponent.convert(VectorOperators.I2F, 0));
        FloatVector t = log.mul(0.4f);
        FloatVector shifted = t.add(MAGIC);
        FloatVector r = t.sub(shifted.sub(MAGIC));
        FloatVector p = r.mul(Power.E0)
                .add(Power.E1)
                .mul(r)
                .add(Power.E2)
                .mul(r)
                .add(Power.E3)
                .mul(r)
                .add(Power.E4)
                .mul(r)
                .add(Power.E5)
                .mul(r)
                .add(1);
        FloatVector power = p.reinterpretAsInts()
                .add(shifted.reinterpretAsInts().sub(MAGIC_BITS).lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats();
        FloatVector.fromArray(F, lanes, at).add(e.mul(e).mul(power)).intoArray(lanes, at);
    }
}
