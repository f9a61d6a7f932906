package dev.nibble.format.gguf;

import java.lang.invoke.MethodHandles;
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

    /** Blocks at a time: what is looked at twice is then still near, and the next of it on its way from memory. */
    private static final int BATCH = 32;

    /** Bits of 0.5 − 2^-25. */
    private static final int BEFORE_HALF = 0x3effffff;

    private static final Stage FIRST_LARGEST = new Stage(
            MethodHandles.lookup(), "firstLargest", int.class, float[].class, int.class, int.class, float[].class);
    private static final Stage EXTREMES = new Stage(
            MethodHandles.lookup(),
            "extremes",
            int.class,
            float[].class,
            int.class,
            int.class,
            float[].class,
            float[].class);
    private static final Stage PACK = new Stage(
            MethodHandles.lookup(),
            "pack",
            void.class,
            float[].class,
            int.class,
            int.class,
            float[].class,
            float[].class,
            float.class,
            Layout.class,
            byte[].class,
            int.class);

    LegacyVector() {}

    @Override
    public float symmetric(float[] x, int from, int blocks, Layout to, byte[] out, int at) {
        float[] d = new float[BATCH];
        float[] inverses = new float[BATCH];
        float[] lows = new float[BATCH];
        int most = 0;
        int half = to.top() / 2 + 1;
        for (int b = 0, n; b < blocks; b += n) {
            n = Math.min(BATCH, blocks - b);
            int i = from + b * SIZE;
            int block = at + b * to.bytes();
            boolean usual;
            try {
                most = Math.max(most, (int) FIRST_LARGEST.handle().invokeExact(x, i, n, d));
                usual = scales(d, n, -half, inverses);
                PACK.handle().invokeExact(x, i, n, lows, inverses, half + 0.5f, to, out, block);
            } catch (Throwable t) {
                throw Stage.thrown(t);
            }
            if (!usual) {
                repack(x, i, n, lows, inverses, half + 0.5f, to, out, block);
            }
            LegacyScalar.putHalves(d, n, out, block, to.bytes());
        }
        return Float.intBitsToFloat(most);
    }

    @Override
    public float affine(float[] x, int from, int blocks, Layout to, byte[] out, int at) {
        float[] d = new float[BATCH];
        float[] inverses = new float[BATCH];
        float[] lows = new float[BATCH];
        int most = 0;
        for (int b = 0, n; b < blocks; b += n) {
            n = Math.min(BATCH, blocks - b);
            int i = from + b * SIZE;
            int block = at + b * to.bytes();
            boolean usual;
            try {
                most = Math.max(most, (int) EXTREMES.handle().invokeExact(x, i, n, lows, d));
                usual = scales(d, n, to.top(), inverses);
                PACK.handle().invokeExact(x, i, n, lows, inverses, 0.5f, to, out, block);
            } catch (Throwable t) {
                throw Stage.thrown(t);
            }
            if (!usual) {
                repack(x, i, n, lows, inverses, 0.5f, to, out, block);
            }
            LegacyScalar.putHalves(d, n, out, block, to.bytes());
            LegacyScalar.putHalves(lows, n, out, block + 2, to.bytes());
        }
        return Float.intBitsToFloat(most);
    }

    @Override
    public float bytes(float[] x, int from, int blocks, int header, float[] wanted, byte[] out, int at) {
        float[] d = new float[BATCH];
        float[] inverses = new float[BATCH];
        int most = 0;
        for (int b = 0, n; b < blocks; b += n) {
            n = Math.min(BATCH, blocks - b);
            int i = from + b * SIZE;
            int block = at + b * (header + SIZE);
            most = Math.max(most, absmax(x, i, n, d));
            scales(d, n, 127, inverses);
            packBytes(x, i, n, inverses, header, out, block);
            LegacyScalar.putHalves(d, n, out, block, header + SIZE);
            System.arraycopy(d, 0, wanted, b, n);
        }
        return Float.intBitsToFloat(most);
    }

    /** The first largest magnitude of each block, with its sign; +0 if all are 0. Returns the bits of the largest of all. */
    @SuppressWarnings("UnusedMethod") // called as a Stage
    private static int firstLargest(float[] x, int from, int blocks, float[] max) {
        int largest = 0;
        for (int b = 0; b < blocks; b++) {
            int i = from + b * SIZE;
            IntVector bits = bits(x, i);
            IntVector high = bits;
            IntVector low = bits.lanewise(VectorOperators.XOR, Integer.MIN_VALUE);
            for (int j = LANES; j < SIZE; j += LANES) {
                bits = bits(x, i + j);
                high = high.max(bits);
                low = low.max(bits.lanewise(VectorOperators.XOR, Integer.MIN_VALUE));
            }
            int above = high.reduceLanes(VectorOperators.MAX); // the largest positive number; negative if there is none
            int below = low.reduceLanes(VectorOperators.MAX); // the same of the opposite numbers
            max[b] = Float.intBitsToFloat(below > above ? below ^ Integer.MIN_VALUE : above);
            int either = Math.max(above, below);
            if (above == below || either == 0) {
                max[b] = ScaleSearch.firstLargest(x, i, SIZE);
            }
            largest = Math.max(largest, either);
        }
        return largest;
    }

    private static IntVector bits(float[] x, int i) {
        return FloatVector.fromArray(F, x, i).reinterpretAsInts();
    }

    private static int absmax(float[] x, int from, int blocks, float[] max) {
        int largest = 0;
        for (int b = 0; b < blocks; b++) {
            int i = from + b * SIZE;
            IntVector most = bits(x, i).and(0x7fffffff);
            for (int j = LANES; j < SIZE; j += LANES) {
                most = most.max(bits(x, i + j).and(0x7fffffff));
            }
            int bits = most.reduceLanes(VectorOperators.MAX);
            max[b] = Float.intBitsToFloat(bits);
            largest = Math.max(largest, bits);
        }
        return largest;
    }

    /** {@code d / divisor} in place, and the inverses of that, 0 of 0. Returns whether all of them are finite. */
    private static boolean scales(float[] d, int blocks, float divisor, float[] inverses) {
        IntVector most = IntVector.zero(I);
        int b = 0;
        for (; b <= blocks - LANES; b += LANES) {
            FloatVector scale = FloatVector.fromArray(F, d, b).div(divisor);
            FloatVector inverse = FloatVector.broadcast(F, 1).div(scale).blend(0, scale.compare(VectorOperators.EQ, 0));
            scale.intoArray(d, b);
            inverse.intoArray(inverses, b);
            most = most.max(scale.reinterpretAsInts().and(0x7fffffff))
                    .max(inverse.reinterpretAsInts().and(0x7fffffff));
        }
        boolean finite = most.compare(VectorOperators.LT, 0x7f800000).allTrue();
        for (; b < blocks; b++) {
            d[b] /= divisor;
            inverses[b] = LegacyScalar.inverse(d[b]);
            finite &= Math.abs(d[b]) <= Float.MAX_VALUE && Math.abs(inverses[b]) <= Float.MAX_VALUE;
        }
        return finite;
    }

    /**
     * Smallest weight of each block, and how far the largest is from it; of equal ones the first, as far as 0 and −0 are
     * concerned. Returns the bits of the largest magnitude of all.
     */
    @SuppressWarnings("UnusedMethod") // called as a Stage
    private static int extremes(float[] x, int from, int blocks, float[] low, float[] range) {
        int largest = 0;
        for (int b = 0; b < blocks; b++) {
            int i = from + b * SIZE;
            IntVector bits = bits(x, i);
            IntVector most = bits;
            IntVector least = bits.lanewise(VectorOperators.XOR, Integer.MIN_VALUE);
            for (int j = LANES; j < SIZE; j += LANES) {
                bits = bits(x, i + j);
                most = most.max(bits);
                least = least.max(bits.lanewise(VectorOperators.XOR, Integer.MIN_VALUE));
            }
            int above = most.reduceLanes(VectorOperators.MAX); // the largest positive number; negative if there is none
            int below = least.reduceLanes(VectorOperators.MAX); // the same of the opposite numbers
            low[b] = Float.intBitsToFloat(below ^ Integer.MIN_VALUE);
            range[b] = Float.intBitsToFloat(above) - low[b];
            if (Math.min(above, below) <= 0) {
                extremesOfOneSign(x, i, b, low, range);
            }
            largest = Math.max(largest, Math.max(above, below));
        }
        return largest;
    }

    private static void extremesOfOneSign(float[] x, int i, int b, float[] low, float[] range) {
        IntVector least = ordered(x, i);
        IntVector most = least;
        for (int j = LANES; j < SIZE; j += LANES) {
            IntVector bits = ordered(x, i + j);
            least = least.min(bits);
            most = most.max(bits);
        }
        float lowest = value(least.reduceLanes(VectorOperators.MIN));
        float highest = value(most.reduceLanes(VectorOperators.MAX));
        low[b] = lowest == 0 ? firstZero(x, i) : lowest;
        range[b] = (highest == 0 ? firstZero(x, i) : highest) - low[b];
    }

    /** Ints in the order of the floats, −0 before 0. */
    private static IntVector ordered(float[] x, int i) {
        IntVector bits = bits(x, i);
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

    /**
     * Codes {@code min(top, (int8) ((x − low) · inverse + add))}, with the casts of C, into blocks.
     *
     * @param lows one per block; zeros if {@code add} is more than a half
     * @param inverses one per block
     */
    @SuppressWarnings("UnusedMethod") // called as a Stage
    private static void pack(
            float[] x, int from, int blocks, float[] lows, float[] inverses, float add, Layout to, byte[] out, int at) {
        if (B.length() > LANES) { // a store would reach beyond the block
            packNarrow(x, from, blocks, lows, inverses, add, to, out, at);
        } else if (to.high() < 0) {
            if (add > 0.5f) {
                packNibblesAround0(x, from, blocks, inverses, add, to.bytes(), out, at + to.low());
            } else {
                packNibbles(x, from, blocks, lows, inverses, add, to.bytes(), out, at + to.low());
            }
        } else if (add > 0.5f) {
            packFiveBitsAround0(x, from, blocks, inverses, add, to, out, at);
        } else {
            packFiveBits(x, from, blocks, lows, inverses, add, to, out, at);
        }
    }

    /** Once more where an inverse is infinite, or float32 does not hold the range: what C's casts make of it. */
    private static void repack(
            float[] x, int from, int blocks, float[] lows, float[] inverses, float add, Layout to, byte[] out, int at) {
        int[] codes = new int[SIZE];
        for (int b = 0; b < blocks; b++) {
            if (!(Math.abs(inverses[b]) <= Float.MAX_VALUE) || (inverses[b] == 0 && lows[b] < -1e30f)) {
                LegacyScalar.pack(x, from + b * SIZE, lows[b], inverses[b], add, codes, to, out, at + b * to.bytes());
            }
        }
    }

    // Four loops that differ in little, each the whole of a method: a choice inside the loop is compiled well in some
    // JVMs and boxed in others.

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
                IntVector p = ((IntVector) s.convert(VectorOperators.F2I, 0)).min(15);
                IntVector q = ((IntVector) t.convert(VectorOperators.F2I, 0)).min(15);
                ((ByteVector) p.or(q.lanewise(VectorOperators.LSHL, 4)).castShape(B, 0))
                        .intoArray(out, at + b * bytes + j);
            }
        }
    }

    private static void packNibblesAround0(
            float[] x, int from, int blocks, float[] inverses, float add, int bytes, byte[] out, int at) {
        for (int b = 0; b < blocks; b++) {
            int i = from + b * SIZE;
            float inverse = inverses[b];
            for (int j = 0; j < 16; j += LANES) {
                FloatVector s = FloatVector.fromArray(F, x, i + j).mul(inverse).add(add);
                FloatVector t =
                        FloatVector.fromArray(F, x, i + j + 16).mul(inverse).add(add);
                IntVector p = ((IntVector) s.convert(VectorOperators.F2I, 0)).min(15);
                IntVector q = ((IntVector) t.convert(VectorOperators.F2I, 0)).min(15);
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
                IntVector p = ((IntVector) s.convert(VectorOperators.F2I, 0)).min(31);
                IntVector q = ((IntVector) t.convert(VectorOperators.F2I, 0)).min(31);
                fifth |= (int) p.compare(VectorOperators.GT, 15).toLong() << j
                        | (int) q.compare(VectorOperators.GT, 15).toLong() << (j + 16);
                ((ByteVector) p.and(15).or(q.lanewise(VectorOperators.LSHL, 4)).castShape(B, 0))
                        .intoArray(out, block + to.low() + j);
            }
            LegacyScalar.storeFifth(fifth, out, block + to.high());
        }
    }

    private static void packFiveBitsAround0(
            float[] x, int from, int blocks, float[] inverses, float add, Layout to, byte[] out, int at) {
        for (int b = 0; b < blocks; b++) {
            int i = from + b * SIZE;
            int block = at + b * to.bytes();
            float inverse = inverses[b];
            int fifth = 0;
            for (int j = 0; j < 16; j += LANES) {
                FloatVector s = FloatVector.fromArray(F, x, i + j).mul(inverse).add(add);
                FloatVector t =
                        FloatVector.fromArray(F, x, i + j + 16).mul(inverse).add(add);
                IntVector p = ((IntVector) s.convert(VectorOperators.F2I, 0)).min(31);
                IntVector q = ((IntVector) t.convert(VectorOperators.F2I, 0)).min(31);
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
                ((IntVector) s.convert(VectorOperators.F2I, 0)).min(to.top()).intoArray(codes, j);
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

    /** Codes {@code (int8) roundf(x · inverse)} as bytes. */
    private static void packBytes(float[] x, int from, int blocks, float[] inverses, int header, byte[] out, int at) {
        for (int b = 0; b < blocks; b++) {
            int block = at + b * (header + SIZE) + header;
            if (B.length() > LANES || !(Math.abs(inverses[b]) <= Float.MAX_VALUE)) {
                LegacyScalar.packBytes(x, from + b * SIZE, inverses[b], out, block);
            } else {
                packBytes(x, from + b * SIZE, inverses[b], out, block);
            }
        }
    }

    /** Truncated after adding the number before a half: that rounds ties, and what is next to them, as roundf does. */
    private static void packBytes(float[] x, int from, float inverse, byte[] out, int at) {
        for (int j = 0; j < SIZE; j += LANES) {
            FloatVector t = FloatVector.fromArray(F, x, from + j).mul(inverse);
            IntVector half = t.reinterpretAsInts().and(Integer.MIN_VALUE).or(BEFORE_HALF);
            ((ByteVector) t.add(half.reinterpretAsFloats())
                            .convert(VectorOperators.F2I, 0)
                            .castShape(B, 0))
                    .intoArray(out, at + j);
        }
    }
}
