package dev.nibble.format.codebook;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link CodebookScalar} on the vector unit, bit for bit. */
final class CodebookVector implements CodebookKernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    /** As many bytes as there are lanes; the narrowest byte vector has 8, so 128-bit machines use its lower half. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(8, LANES) * 8));

    private static final int ROOM = B.length();
    private static final VectorSpecies<Byte> TABLE = ByteVector.SPECIES_128;
    private static final CodebookScalar TAIL = new CodebookScalar();

    CodebookVector() {}

    @Override
    public void encode(float[] x, int from, int count, float inverse, float[] b, int bits, byte[] ranks, int at) {
        int done;
        if (bits > 4) {
            done = 0;
        } else if (LANES >= 16) {
            done = search(x, from, count, inverse, b, ranks, at);
        } else {
            done = count(x, from, count, inverse, b, ranks, at);
        }
        TAIL.encode(x, from + done, count - done, inverse, b, bits, ranks, at + done);
    }

    /** Binary search in one register of boundaries, four compares and three permutes. Needs 16 lanes. */
    private static int search(float[] x, int from, int count, float inverse, float[] b, byte[] ranks, int at) {
        FloatVector t = FloatVector.fromArray(F, b, 0);
        IntVector zero = IntVector.zero(I);
        int i = 0;
        for (; i <= count - ROOM; i += LANES) { // books of fewer than 16 values have +infinity above them
            FloatVector v = FloatVector.fromArray(F, x, from + i).mul(inverse);
            IntVector c = zero.blend(8, v.compare(GT, b[8]).cast(I));
            c = c.add(4, v.compare(GT, pick(c.add(4), t)).cast(I));
            c = c.add(2, v.compare(GT, pick(c.add(2), t)).cast(I));
            c = c.add(1, v.compare(GT, pick(c.add(1), t)).cast(I));
            ((ByteVector) c.castShape(B, 0)).intoArray(ranks, at + i);
        }
        return i;
    }

    /** Counts the boundaries below each lane: fifteen compares and additions, without a permute, for any width. */
    private static int count(float[] x, int from, int count, float inverse, float[] b, byte[] ranks, int at) {
        int i = 0;
        for (; i <= count - ROOM; i += LANES) {
            FloatVector v = FloatVector.fromArray(F, x, from + i).mul(inverse);
            IntVector c = IntVector.zero(I);
            c = c.add(1, v.compare(GT, b[1]).cast(I));
            c = c.add(1, v.compare(GT, b[2]).cast(I));
            c = c.add(1, v.compare(GT, b[3]).cast(I));
            c = c.add(1, v.compare(GT, b[4]).cast(I));
            c = c.add(1, v.compare(GT, b[5]).cast(I));
            c = c.add(1, v.compare(GT, b[6]).cast(I));
            c = c.add(1, v.compare(GT, b[7]).cast(I));
            c = c.add(1, v.compare(GT, b[8]).cast(I));
            c = c.add(1, v.compare(GT, b[9]).cast(I));
            c = c.add(1, v.compare(GT, b[10]).cast(I));
            c = c.add(1, v.compare(GT, b[11]).cast(I));
            c = c.add(1, v.compare(GT, b[12]).cast(I));
            c = c.add(1, v.compare(GT, b[13]).cast(I));
            c = c.add(1, v.compare(GT, b[14]).cast(I));
            c = c.add(1, v.compare(GT, b[15]).cast(I));
            ((ByteVector) c.castShape(B, 0)).intoArray(ranks, at + i);
        }
        return i;
    }

    /** Sixteen bytes are one register, and a byte permute picks from it. */
    @Override
    public void translate(byte[] codes, int from, int count, byte[] table) {
        ByteVector t = ByteVector.fromArray(TABLE, table, 0);
        int i = from;
        for (; i <= from + count - TABLE.length(); i += TABLE.length()) {
            ByteVector.fromArray(TABLE, codes, i).selectFrom(t).intoArray(codes, i);
        }
        TAIL.translate(codes, i, from + count - i, table);
    }

    /** The table lies in one or two registers, and a permute picks from it; narrower machines take the scalar loop. */
    @Override
    public void decode(byte[] codes, int from, int count, float scale, float[] table, int bits, float[] y, int at) {
        int i = 0;
        if (bits <= 4 && LANES >= 16) {
            FloatVector t = FloatVector.fromArray(F, table, 0);
            for (; i <= count - ROOM; i += LANES) {
                IntVector c =
                        (IntVector) ByteVector.fromArray(B, codes, from + i).castShape(I, 0);
                pick(c, t).mul(scale).intoArray(y, at + i);
            }
        } else if (bits <= 4 && LANES == 8) {
            FloatVector low = FloatVector.fromArray(F, table, 0);
            FloatVector high = FloatVector.fromArray(F, table, 8);
            for (; i <= count - ROOM; i += LANES) {
                IntVector c =
                        (IntVector) ByteVector.fromArray(B, codes, from + i).castShape(I, 0);
                FloatVector v = pick(c.and(7), low)
                        .blend(pick(c.and(7), high), c.compare(GT, 7).cast(F));
                v.mul(scale).intoArray(y, at + i);
            }
        }
        TAIL.decode(codes, from + i, count - i, scale, table, bits, y, at + i);
    }

    private static FloatVector pick(IntVector index, FloatVector table) {
        return index.selectFrom(table.reinterpretAsInts()).reinterpretAsFloats();
    }
}
