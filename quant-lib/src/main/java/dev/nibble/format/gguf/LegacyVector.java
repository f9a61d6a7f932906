package dev.nibble.format.gguf;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link LegacyScalar} on the vector unit, bit for bit: one block per pass. */
final class LegacyVector implements LegacyKernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    /** As many bytes as there are lanes; the narrowest byte vector has 8, so 128-bit machines use its lower half. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(8, LANES) * 8));

    /** 1.5 · 2^23: adding it leaves the nearest integer, ties to even, in the low bits. */
    private static final float MAGIC = 0x1.8p23f;

    private static final int MAGIC_BITS = 0x4B400000;

    LegacyVector() {}

    @Override
    public void firstLargest(float[] x, int from, int blocks, float[] max) {
        for (int b = 0; b < blocks; b++) {
            int i = from + b * SIZE;
            IntVector most = magnitudes(x, i);
            for (int j = LANES; j < SIZE; j += LANES) {
                most = most.max(magnitudes(x, i + j));
            }
            int largest = most.reduceLanes(VectorOperators.MAX);
            int where = 0;
            for (int j = 0; j < SIZE; j += LANES) {
                where |= (int) magnitudes(x, i + j)
                                .compare(VectorOperators.EQ, largest)
                                .toLong()
                        << j;
            }
            max[b] = largest == 0 ? 0 : x[i + Integer.numberOfTrailingZeros(where)];
        }
    }

    private static IntVector magnitudes(float[] x, int i) {
        return FloatVector.fromArray(F, x, i).reinterpretAsInts().and(0x7fffffff);
    }

    @Override
    public void scales(float[] d, int blocks, float divisor, float[] inverses) {
        int b = 0;
        for (; b <= blocks - LANES; b += LANES) {
            FloatVector scale = FloatVector.fromArray(F, d, b).div(divisor);
            scale.intoArray(d, b);
            FloatVector.broadcast(F, 1)
                    .div(scale)
                    .blend(0, scale.compare(VectorOperators.EQ, 0))
                    .intoArray(inverses, b);
        }
        LegacyScalar.scales(d, b, blocks, divisor, inverses);
    }

    @Override
    public void extremes(float[] x, int from, int blocks, float[] low, float[] high) {
        for (int b = 0; b < blocks; b++) {
            int i = from + b * SIZE;
            IntVector bits = FloatVector.fromArray(F, x, i).reinterpretAsInts();
            IntVector least = ordered(bits);
            IntVector most = least;
            for (int j = LANES; j < SIZE; j += LANES) {
                bits = ordered(FloatVector.fromArray(F, x, i + j).reinterpretAsInts());
                least = least.min(bits);
                most = most.max(bits);
            }
            float lowest = value(least.reduceLanes(VectorOperators.MIN));
            float highest = value(most.reduceLanes(VectorOperators.MAX));
            low[b] = lowest == 0 ? firstZero(x, i) : lowest;
            high[b] = highest == 0 ? firstZero(x, i) : highest;
        }
    }

    /** Ints in the order of the floats, −0 before 0. */
    private static IntVector ordered(IntVector bits) {
        return bits.lanewise(
                VectorOperators.XOR, bits.lanewise(VectorOperators.ASHR, 31).and(0x7fffffff));
    }

    private static float value(int ordered) {
        return Float.intBitsToFloat(ordered ^ (ordered >> 31 & 0x7fffffff));
    }

    private static float firstZero(float[] x, int from) {
        int i = from;
        while (x[i] != 0) {
            i++;
        }
        return x[i];
    }

    @Override
    public void pack(
            float[] x, int from, int blocks, float[] lows, float[] inverses, float add, Layout to, byte[] out, int at) {
        if (B.length() > LANES) { // a store would reach beyond the block
            packNarrow(x, from, blocks, lows, inverses, add, to, out, at);
        } else if (to.high() < 0) {
            packNibbles(x, from, blocks, lows, inverses, add, to.bytes(), out, at + to.low());
        } else {
            packFiveBits(x, from, blocks, lows, inverses, add, to, out, at);
        }
        int[] codes = null;
        for (int b = 0; b < blocks; b++) {
            // An infinite inverse, or a range that float32 does not hold: what C's casts make of it.
            if (!(Math.abs(inverses[b]) <= Float.MAX_VALUE) || (inverses[b] == 0 && lows[b] < -1e30f)) {
                codes = codes == null ? new int[SIZE] : codes;
                LegacyScalar.pack(x, from + b * SIZE, lows[b], inverses[b], add, codes, to, out, at + b * to.bytes());
            }
        }
    }

    private static void packNibbles(
            float[] x, int from, int blocks, float[] lows, float[] inverses, float add, int bytes, byte[] out, int at) {
        for (int b = 0; b < blocks; b++) {
            int i = from + b * SIZE;
            float low = lows[b];
            float inverse = inverses[b];
            for (int j = 0; j < 16; j += LANES) {
                FloatVector s =
                        FloatVector.fromArray(F, x, i + j).sub(low).mul(inverse).add(add);
                FloatVector t = FloatVector.fromArray(F, x, i + j + 16)
                        .sub(low)
                        .mul(inverse)
                        .add(add);
                // To nearest, and one less where that went up: truncation of what is not negative.
                FloatVector sr = s.add(MAGIC);
                FloatVector tr = t.add(MAGIC);
                IntVector p = sr.reinterpretAsInts()
                        .sub(MAGIC_BITS)
                        .sub(1, sr.sub(MAGIC).compare(VectorOperators.GT, s).cast(I))
                        .min(15);
                IntVector q = tr.reinterpretAsInts()
                        .sub(MAGIC_BITS)
                        .sub(1, tr.sub(MAGIC).compare(VectorOperators.GT, t).cast(I))
                        .min(15);
                ((ByteVector) p.or(q.lanewise(VectorOperators.LSHL, 4)).castShape(B, 0))
                        .intoArray(out, at + b * bytes + j);
            }
        }
    }

    private static void packFiveBits(
            float[] x, int from, int blocks, float[] lows, float[] inverses, float add, Layout to, byte[] out, int at) {
        for (int b = 0; b < blocks; b++) {
            int i = from + b * SIZE;
            int block = at + b * to.bytes();
            float low = lows[b];
            float inverse = inverses[b];
            int fifth = 0;
            for (int j = 0; j < 16; j += LANES) {
                FloatVector s =
                        FloatVector.fromArray(F, x, i + j).sub(low).mul(inverse).add(add);
                FloatVector t = FloatVector.fromArray(F, x, i + j + 16)
                        .sub(low)
                        .mul(inverse)
                        .add(add);
                FloatVector sr = s.add(MAGIC);
                FloatVector tr = t.add(MAGIC);
                IntVector p = sr.reinterpretAsInts()
                        .sub(MAGIC_BITS)
                        .sub(1, sr.sub(MAGIC).compare(VectorOperators.GT, s).cast(I))
                        .min(31);
                IntVector q = tr.reinterpretAsInts()
                        .sub(MAGIC_BITS)
                        .sub(1, tr.sub(MAGIC).compare(VectorOperators.GT, t).cast(I))
                        .min(31);
                fifth |= (int) p.compare(VectorOperators.GT, 15).toLong() << j
                        | (int) q.compare(VectorOperators.GT, 15).toLong() << (j + 16);
                ((ByteVector) p.and(15).or(q.lanewise(VectorOperators.LSHL, 4)).castShape(B, 0))
                        .intoArray(out, block + to.low() + j);
            }
            LegacyScalar.storeFifth(fifth, out, block + to.high());
        }
    }

    private static void packNarrow(
            float[] x, int from, int blocks, float[] lows, float[] inverses, float add, Layout to, byte[] out, int at) {
        int[] codes = new int[SIZE];
        for (int b = 0; b < blocks; b++) {
            int i = from + b * SIZE;
            for (int j = 0; j < SIZE; j += LANES) {
                FloatVector s = FloatVector.fromArray(F, x, i + j)
                        .sub(lows[b])
                        .mul(inverses[b])
                        .add(add);
                FloatVector r = s.add(MAGIC);
                r.reinterpretAsInts()
                        .sub(MAGIC_BITS)
                        .sub(1, r.sub(MAGIC).compare(VectorOperators.GT, s).cast(I))
                        .min(to.top())
                        .intoArray(codes, j);
            }
            LegacyScalar.store(codes, to, out, at + b * to.bytes());
        }
    }

    @Override
    public void unpack(
            byte[] in, int at, int blocks, Layout of, int offset, float[] scales, float[] mins, float[] out, int to) {
        if (B.length() > LANES) {
            new LegacyScalar().unpack(in, at, blocks, of, offset, scales, mins, out, to);
            return;
        }
        for (int b = 0; b < blocks; b++) {
            int fifth = of.high() < 0 ? 0 : LegacyScalar.loadFifth(in, at + b * of.bytes() + of.high());
            unpack(in, at + b * of.bytes() + of.low(), fifth, offset, scales[b], out, to + b * SIZE);
        }
        if (mins != null) {
            for (int b = 0; b < blocks; b++) {
                for (int i = to + b * SIZE; i < to + (b + 1) * SIZE; i += LANES) {
                    FloatVector.fromArray(F, out, i).add(mins[b]).intoArray(out, i);
                }
            }
        }
    }

    private static void unpack(byte[] in, int at, int fifth, int offset, float scale, float[] out, int to) {
        for (int j = 0; j < 16; j += LANES) {
            IntVector pairs = (IntVector) ByteVector.fromArray(B, in, at + j).castShape(I, 0);
            IntVector p = pairs.and(15).add(16, VectorMask.fromLong(I, fifth >>> j));
            IntVector q =
                    pairs.lanewise(VectorOperators.LSHR, 4).and(15).add(16, VectorMask.fromLong(I, fifth >>> (j + 16)));
            ((FloatVector) p.sub(offset).convert(VectorOperators.I2F, 0))
                    .mul(scale)
                    .intoArray(out, to + j);
            ((FloatVector) q.sub(offset).convert(VectorOperators.I2F, 0))
                    .mul(scale)
                    .intoArray(out, to + j + 16);
        }
    }

    @Override
    public void packBytes(float[] x, int from, int blocks, float[] inverses, int header, byte[] out, int at) {
        for (int b = 0; b < blocks; b++) {
            int block = at + b * (header + SIZE) + header;
            if (B.length() > LANES || !(Math.abs(inverses[b]) <= Float.MAX_VALUE)) {
                LegacyScalar.packBytes(x, from + b * SIZE, inverses[b], out, block);
            } else {
                packBytes(x, from + b * SIZE, inverses[b], out, block);
            }
        }
    }

    /** To nearest, ties to even, on the magnitudes, and one more where a tie went down. */
    private static void packBytes(float[] x, int from, float inverse, byte[] out, int at) {
        for (int j = 0; j < SIZE; j += LANES) {
            FloatVector t = FloatVector.fromArray(F, x, from + j).mul(inverse);
            FloatVector magnitude = t.abs();
            FloatVector near = magnitude.add(MAGIC);
            IntVector sign = t.reinterpretAsInts().lanewise(VectorOperators.ASHR, 31);
            IntVector code = near.reinterpretAsInts()
                    .sub(MAGIC_BITS)
                    .add(
                            1,
                            magnitude
                                    .sub(near.sub(MAGIC))
                                    .compare(VectorOperators.GE, 0.5f)
                                    .cast(I));
            ((ByteVector) code.lanewise(VectorOperators.XOR, sign).sub(sign).castShape(B, 0)).intoArray(out, at + j);
        }
    }
}
