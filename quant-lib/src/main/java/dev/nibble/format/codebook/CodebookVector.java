package dev.nibble.format.codebook;

import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
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
    public void encode(float[] x, int from, int count, float inverse, Codebook book, byte[] ranks, int at) {
        if (LANES < 16) {
            narrow(x, from, count, inverse, book, ranks, at);
            return;
        }
        int whole = count / ROOM * ROOM;
        if (book.bits() <= 4) {
            search(x, from, whole, inverse, book.boundaries()[8], book.steps(), ranks, at);
        } else if (Math.abs(inverse) <= Float.MAX_VALUE) {
            wideSearch(x, from, whole, inverse, book.fans(), 8 - book.bits(), ranks, at);
        } else {
            whole = 0; // infinite times 0 is not a number, which has no place among ordered integers
        }
        TAIL.encode(x, from + whole, count - whole, inverse, book, ranks, at + whole);
    }

    @Override
    public void encode(
            float[] x,
            int from,
            int count,
            int block,
            float[] inverses,
            int first,
            Codebook book,
            byte[] ranks,
            int at) {
        if (LANES >= 16 && book.bits() <= 4 && block % ROOM == 0) {
            float middle = book.boundaries()[8];
            int[] steps = book.steps();
            for (int k = 0; k < count; k++) {
                search(x, from + k * block, block, inverses[first + k], middle, steps, ranks, at + k * block);
            }
        } else {
            for (int k = 0; k < count; k++) {
                encode(x, from + k * block, block, inverses[first + k], book, ranks, at + k * block);
            }
        }
    }

    /** Binary search in one register of boundaries, four compares and three permutes. Needs 16 lanes. */
    private static void search(
            float[] x, int from, int count, float inverse, float middle, int[] steps, byte[] ranks, int at) {
        // Boundary c + 4 of lane c, and so on, so that a step needs no addition before its permute.
        IntVector t4 = IntVector.fromArray(I, steps, 0);
        IntVector t2 = IntVector.fromArray(I, steps, 16);
        IntVector t1 = IntVector.fromArray(I, steps, 32);
        IntVector zero = IntVector.zero(I);
        for (int i = 0; i < count; i += LANES) { // books of fewer than 16 values have +infinity above them
            FloatVector v = FloatVector.fromArray(F, x, from + i).mul(inverse);
            IntVector c = zero.blend(8, v.compare(GT, middle).cast(I));
            c = c.add(4, v.compare(GT, c.selectFrom(t4).reinterpretAsFloats()).cast(I));
            c = c.add(2, v.compare(GT, c.selectFrom(t2).reinterpretAsFloats()).cast(I));
            c = c.add(1, v.compare(GT, c.selectFrom(t1).reinterpretAsFloats()).cast(I));
            ((ByteVector) c.castShape(B, 0)).intoArray(ranks, at + i);
        }
    }

    /**
     * The same among 256: four steps find one of 16 segments, and every further step picks the boundary of each possible
     * way by a permute over segments and blends by the way taken. All on integers, so that nothing is converted.
     */
    private static void wideSearch(
            float[] x, int from, int count, float inverse, int[] fans, int shift, byte[] ranks, int at) {
        for (int i = 0; i < count; i += LANES) {
            IntVector v = FloatVector.fromArray(F, x, from + i).mul(inverse).reinterpretAsInts();
            v = v.lanewise(XOR, v.lanewise(ASHR, 31).lanewise(AND, Integer.MAX_VALUE));
            IntVector t = IntVector.fromArray(I, fans, 0);
            IntVector c = IntVector.zero(I).blend(8, v.compare(GT, fans[8]));
            c = c.add(4, v.compare(GT, c.add(4).selectFrom(t)));
            c = c.add(2, v.compare(GT, c.add(2).selectFrom(t)));
            c = c.add(1, v.compare(GT, c.add(1).selectFrom(t)));
            VectorMask<Integer> m8 = v.compare(GT, c.selectFrom(IntVector.fromArray(I, fans, 16 * 8)));
            IntVector rank = c.lanewise(LSHL, 4).add(8, m8);
            VectorMask<Integer> m4 = v.compare(
                    GT,
                    c.selectFrom(IntVector.fromArray(I, fans, 16 * 4))
                            .blend(c.selectFrom(IntVector.fromArray(I, fans, 16 * 12)), m8));
            rank = rank.add(4, m4);
            IntVector low = c.selectFrom(IntVector.fromArray(I, fans, 16 * 2))
                    .blend(c.selectFrom(IntVector.fromArray(I, fans, 16 * 6)), m4);
            IntVector high = c.selectFrom(IntVector.fromArray(I, fans, 16 * 10))
                    .blend(c.selectFrom(IntVector.fromArray(I, fans, 16 * 14)), m4);
            VectorMask<Integer> m2 = v.compare(GT, low.blend(high, m8));
            rank = rank.add(2, m2);
            IntVector a = c.selectFrom(IntVector.fromArray(I, fans, 16 * 1))
                    .blend(c.selectFrom(IntVector.fromArray(I, fans, 16 * 3)), m2);
            IntVector b = c.selectFrom(IntVector.fromArray(I, fans, 16 * 5))
                    .blend(c.selectFrom(IntVector.fromArray(I, fans, 16 * 7)), m2);
            IntVector d = c.selectFrom(IntVector.fromArray(I, fans, 16 * 9))
                    .blend(c.selectFrom(IntVector.fromArray(I, fans, 16 * 11)), m2);
            IntVector e = c.selectFrom(IntVector.fromArray(I, fans, 16 * 13))
                    .blend(c.selectFrom(IntVector.fromArray(I, fans, 16 * 15)), m2);
            rank = rank.add(1, v.compare(GT, a.blend(b, m4).blend(d.blend(e, m4), m8)));
            ((ByteVector) rank.lanewise(LSHR, shift).castShape(B, 0)).intoArray(ranks, at + i);
        }
    }

    private static void narrow(float[] x, int from, int count, float inverse, Codebook book, byte[] ranks, int at) {
        int done = count(x, from, count, inverse, book.segments(), ranks, at);
        if (book.bits() > 4) {
            finish(x, from, done, inverse, book, ranks, at);
        }
        TAIL.encode(x, from + done, count - done, inverse, book, ranks, at + done);
    }

    /** The steps of the scalar search that are left when the segment, a sixteenth of the book, is known. */
    private static void finish(float[] x, int from, int count, float inverse, Codebook book, byte[] ranks, int at) {
        float[] boundaries = book.boundaries();
        int shift = book.bits() - 4;
        for (int i = 0; i < count; i++) {
            float v = x[from + i] * inverse;
            int rank = ranks[at + i] << shift;
            for (int step = 1 << (shift - 1); step > 0; step >>= 1) {
                rank += v > boundaries[rank + step] ? step : 0;
            }
            ranks[at + i] = (byte) rank;
        }
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
