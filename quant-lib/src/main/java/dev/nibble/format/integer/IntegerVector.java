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
    public void encode(float[] x, int from, int count, Groups groups, Rule rule, byte[] q, int at) {
        if (rule.inverse()) {
            multiply(x, from, count, groups, rule, q, at);
        } else {
            divide(x, from, count, groups, rule, q, at);
        }
    }

    // Two loops that differ in one operation, each the whole of a method that is called once per run of many groups: C2
    // compiles it by itself, whatever else has run in this JVM. A choice inside the loop, or a helper that takes
    // vectors, is compiled well in some JVMs and boxed in others.

    private static void divide(float[] x, int from, int count, Groups groups, Rule rule, byte[] q, int at) {
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = 0; i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            float scale = groups.scales()[g];
            byte zero = groups.zeros()[g];
            float inside = rule.zeroInside() ? zero : 0;
            int outside = (rule.zeroInside() ? 0 : zero) - MAGIC_BITS;
            int most = scale == 0 ? i : end; // a scale of 0 is the scalar twin's to handle
            for (; i <= most - ROOM; i += LANES) {
                FloatVector t = FloatVector.fromArray(F, x, from + i)
                        .div(scale)
                        .add(inside)
                        .add(MAGIC);
                IntVector code =
                        t.reinterpretAsInts().add(outside).max(rule.qmin()).min(rule.qmax());
                ((ByteVector) code.castShape(B, 0)).intoArray(q, at + i);
            }
            if (i < end) {
                IntegerScalar.encode(x, from + i, end - i, scale, zero, rule, q, at + i);
            }
        }
    }

    private static void multiply(float[] x, int from, int count, Groups groups, Rule rule, byte[] q, int at) {
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = 0; i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            float scale = groups.scales()[g];
            byte zero = groups.zeros()[g];
            float inside = rule.zeroInside() ? zero : 0;
            int outside = (rule.zeroInside() ? 0 : zero) - MAGIC_BITS;
            int most = scale == 0 ? i : end;
            float inverse = 1 / scale;
            for (; i <= most - ROOM; i += LANES) {
                FloatVector t = FloatVector.fromArray(F, x, from + i)
                        .mul(inverse)
                        .add(inside)
                        .add(MAGIC);
                IntVector code =
                        t.reinterpretAsInts().add(outside).max(rule.qmin()).min(rule.qmax());
                ((ByteVector) code.castShape(B, 0)).intoArray(q, at + i);
            }
            if (i < end) {
                IntegerScalar.encode(x, from + i, end - i, scale, zero, rule, q, at + i);
            }
        }
    }

    @Override
    public void decode(byte[] q, int from, int count, Groups groups, float[] y, int at) {
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = 0; i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            float scale = groups.scales()[g];
            byte zero = groups.zeros()[g];
            for (; i <= end - ROOM; i += LANES) {
                IntVector code =
                        (IntVector) ByteVector.fromArray(B, q, from + i).castShape(I, 0);
                FloatVector value = (FloatVector) code.sub(zero).convert(VectorOperators.I2F, 0);
                value.mul(scale).intoArray(y, at + i);
            }
            if (i < end) {
                IntegerScalar.decode(q, from + i, end - i, scale, zero, y, at + i);
            }
        }
    }
}
