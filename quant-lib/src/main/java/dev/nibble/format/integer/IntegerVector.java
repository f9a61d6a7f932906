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
    private static final IntegerScalar TAIL = new IntegerScalar();

    IntegerVector() {}

    @Override
    public void encode(float[] x, int from, int count, Grid grid, byte[] q, int at) {
        int done = grid.inverse() ? multiply(x, from, count, grid, q, at) : divide(x, from, count, grid, q, at);
        TAIL.encode(x, from + done, count - done, grid, q, at + done);
    }

    private static int divide(float[] x, int from, int count, Grid grid, byte[] q, int at) {
        FloatVector scale = FloatVector.broadcast(F, grid.scale());
        float inside = grid.zeroInside() ? grid.zero() : 0;
        int outside = (grid.zeroInside() ? 0 : grid.zero()) - MAGIC_BITS;
        int i = 0;
        for (; i <= count - ROOM; i += LANES) {
            FloatVector t =
                    FloatVector.fromArray(F, x, from + i).div(scale).add(inside).add(MAGIC);
            IntVector code = t.reinterpretAsInts().add(outside).max(grid.qmin()).min(grid.qmax());
            ((ByteVector) code.castShape(B, 0)).intoArray(q, at + i);
        }
        return i;
    }

    private static int multiply(float[] x, int from, int count, Grid grid, byte[] q, int at) {
        FloatVector inverse = FloatVector.broadcast(F, 1 / grid.scale());
        float inside = grid.zeroInside() ? grid.zero() : 0;
        int outside = (grid.zeroInside() ? 0 : grid.zero()) - MAGIC_BITS;
        int i = 0;
        for (; i <= count - ROOM; i += LANES) {
            FloatVector t = FloatVector.fromArray(F, x, from + i)
                    .mul(inverse)
                    .add(inside)
                    .add(MAGIC);
            IntVector code = t.reinterpretAsInts().add(outside).max(grid.qmin()).min(grid.qmax());
            ((ByteVector) code.castShape(B, 0)).intoArray(q, at + i);
        }
        return i;
    }

    @Override
    public void decode(byte[] q, int from, int count, float scale, int zero, float[] y, int at) {
        int i = 0;
        for (; i <= count - ROOM; i += LANES) {
            IntVector code = (IntVector) ByteVector.fromArray(B, q, from + i).castShape(I, 0);
            FloatVector value = (FloatVector) code.sub(zero).convert(VectorOperators.I2F, 0);
            value.mul(scale).intoArray(y, at + i);
        }
        TAIL.decode(q, from + i, count - i, scale, zero, y, at + i);
    }
}
