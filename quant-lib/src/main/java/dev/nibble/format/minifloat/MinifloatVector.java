package dev.nibble.format.minifloat;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link MinifloatScalar} on the vector unit, bit for bit. A normal number is rounded by an addition to its bits, which
 * carries into the exponent; one below the smallest normal number by adding 2^23 units to it.
 */
final class MinifloatVector implements MinifloatKernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    /** As many bytes as there are lanes; the narrowest byte vector has 8, so 128-bit machines use its lower half. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(8, LANES) * 8));

    private static final int ROOM = B.length();
    private static final int MAGNITUDE = 0x7fffffff;

    MinifloatVector() {}

    @Override
    public void encode(
            float[] x, int from, int count, Groups groups, boolean divide, FloatElement e, byte[] codes, int at) {
        FloatRule r = e.rule();
        if (Minifloat.E8M0.equals(e.type())) {
            new MinifloatScalar().encode(x, from, count, groups, divide, e, codes, at);
        } else if (!r.plain() || (r.complement() && divide)) {
            special(x, from, count, groups, e, codes, at);
        } else if (r.complement()) {
            integers(x, from, count, groups, e, codes, at);
        } else if (divide) {
            divide(x, from, count, groups, e, codes, at);
        } else {
            multiply(x, from, count, groups, e, codes, at);
        }
    }

    // Loops that differ in one operation, each the whole of a method that is called once per run of many groups: C2
    // compiles it by itself, whatever else has run in this JVM (see integer.IntegerVector).

    private static void multiply(float[] x, int from, int count, Groups groups, FloatElement e, byte[] codes, int at) {
        FloatRule r = e.rule();
        int shift = r.shift();
        int half = (1 << (shift - 1)) - 1;
        int odd = r.mantissa() == 0 ? 0 : 1; // without a mantissa the last place is the leading one: see below
        int up = 1 - odd;
        int magicBits = Float.floatToRawIntBits(r.magic());
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = groups.at(); i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            float factor = groups.factors()[g];
            int most = factor == 0 ? i : end; // a factor of 0 is the scalar twin's to handle
            for (; i <= most - ROOM; i += LANES) {
                IntVector bits =
                        FloatVector.fromArray(F, x, from + i).mul(factor).reinterpretAsInts();
                IntVector u = bits.and(MAGNITUDE);
                IntVector small = u.reinterpretAsFloats()
                        .add(r.magic())
                        .reinterpretAsInts()
                        .sub(magicBits);
                IntVector normal = u.lanewise(LSHR, shift)
                        .and(odd)
                        .add(u)
                        .add(half + up)
                        .lanewise(LSHR, shift)
                        .sub(r.rebias())
                        .min(r.maxCode());
                IntVector code = normal.blend(small, u.compare(LT, r.minNormal()))
                        .or(bits.lanewise(ASHR, 31).and(r.signBit()));
                ((ByteVector) code.castShape(B, 0)).intoArray(codes, at + i);
            }
            if (i < end) {
                MinifloatScalar.encode(x, from + i, end - i, factor, false, e, codes, at + i);
            }
        }
    }

    private static void divide(float[] x, int from, int count, Groups groups, FloatElement e, byte[] codes, int at) {
        FloatRule r = e.rule();
        int shift = r.shift();
        int half = (1 << (shift - 1)) - 1;
        int odd = r.mantissa() == 0 ? 0 : 1;
        int up = 1 - odd;
        int magicBits = Float.floatToRawIntBits(r.magic());
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = groups.at(); i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            float factor = groups.factors()[g];
            int most = factor == 0 ? i : end;
            for (; i <= most - ROOM; i += LANES) {
                IntVector bits =
                        FloatVector.fromArray(F, x, from + i).div(factor).reinterpretAsInts();
                IntVector u = bits.and(MAGNITUDE);
                IntVector small = u.reinterpretAsFloats()
                        .add(r.magic())
                        .reinterpretAsInts()
                        .sub(magicBits);
                IntVector normal = u.lanewise(LSHR, shift)
                        .and(odd)
                        .add(u)
                        .add(half + up)
                        .lanewise(LSHR, shift)
                        .sub(r.rebias())
                        .min(r.maxCode());
                IntVector code = normal.blend(small, u.compare(LT, r.minNormal()))
                        .or(bits.lanewise(ASHR, 31).and(r.signBit()));
                ((ByteVector) code.castShape(B, 0)).intoArray(codes, at + i);
            }
            if (i < end) {
                MinifloatScalar.encode(x, from + i, end - i, factor, true, e, codes, at + i);
            }
        }
    }

    /** MXINT8 with ties to even. */
    private static void integers(float[] x, int from, int count, Groups groups, FloatElement e, byte[] codes, int at) {
        FloatRule r = e.rule();
        int magicBits = Float.floatToRawIntBits(1.5f * r.magic());
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = groups.at(); i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            float factor = groups.factors()[g];
            int most = factor == 0 ? i : end;
            for (; i <= most - ROOM; i += LANES) {
                IntVector code = FloatVector.fromArray(F, x, from + i)
                        .mul(factor)
                        .add(1.5f * r.magic())
                        .reinterpretAsInts()
                        .sub(magicBits)
                        .max(-127)
                        .min(127);
                ((ByteVector) code.castShape(B, 0)).intoArray(codes, at + i);
            }
            if (i < end) {
                MinifloatScalar.encode(x, from + i, end - i, factor, false, e, codes, at + i);
            }
        }
    }

    /** The other tie rules and signs of zero, which only ever divide. */
    private static void special(float[] x, int from, int count, Groups groups, FloatElement e, byte[] codes, int at) {
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = groups.at(); i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            float factor = groups.factors()[g];
            int done = factor == 0 ? 0 : special(x, from + i, end - i, factor, e.rule(), codes, at + i);
            if (i + done < end) {
                MinifloatScalar.encode(x, from + i + done, end - i - done, factor, true, e, codes, at + i + done);
            }
        }
    }

    private static int special(float[] x, int from, int count, float factor, FloatRule r, byte[] codes, int at) {
        int shift = r.shift();
        int halfDown = (1 << (shift - 1)) - (r.ties() == Ties.AWAY ? 0 : 1);
        int odd = r.ties() == Ties.EVEN && r.mantissa() > 0 ? 1 : 0;
        int add = halfDown + (r.ties() == Ties.EVEN && r.mantissa() == 0 ? 1 : 0);
        int magicBits = Float.floatToRawIntBits(r.magic());
        // The remainder of a tie that was rounded to even, but the wrong way; no remainder is as large as a unit.
        float wrong = r.ties() == Ties.EVEN ? r.unit() : r.ties() == Ties.AWAY ? r.unit() / 2 : -r.unit() / 2;
        int correction = r.ties() == Ties.AWAY ? 1 : -1;
        int ofZero = r.zeroSign() == ZeroSign.ZERO_IS_MINUS ? r.signBit() : 0;
        boolean kept = r.zeroSign() == ZeroSign.KEPT;
        boolean plus = r.zeroSign() == ZeroSign.PLUS;
        int i = 0;
        for (; i <= count - ROOM; i += LANES) {
            FloatVector t = FloatVector.fromArray(F, x, from + i).div(factor);
            IntVector bits = t.reinterpretAsInts();
            IntVector u = bits.and(MAGNITUDE);
            FloatVector units = u.reinterpretAsFloats().add(r.magic());
            FloatVector rest = u.reinterpretAsFloats().sub(units.sub(r.magic()));
            IntVector small = units.reinterpretAsInts().sub(magicBits);
            small = small.add(correction, rest.compare(EQ, wrong).cast(I)).min(r.maxCode());
            IntVector normal = u.lanewise(LSHR, shift)
                    .and(odd)
                    .add(u)
                    .add(add)
                    .lanewise(LSHR, shift)
                    .sub(r.rebias())
                    .min(r.maxCode());
            IntVector magnitude = normal.blend(small, u.compare(LT, r.minNormal()));
            IntVector code;
            if (r.complement()) {
                code = magnitude.blend(magnitude.neg(), t.compare(LT, 0f).cast(I));
            } else {
                IntVector sign = kept
                        ? bits.lanewise(ASHR, 31).and(r.signBit())
                        : IntVector.zero(I)
                                .blend(r.signBit(), t.compare(LT, 0f).cast(I))
                                .blend(ofZero, t.compare(EQ, 0f).cast(I));
                code = magnitude.or(sign);
                if (plus) {
                    code = code.blend(0, magnitude.compare(EQ, 0));
                }
            }
            ((ByteVector) code.castShape(B, 0)).intoArray(codes, at + i);
        }
        return i;
    }

    @Override
    public void decode(byte[] codes, int from, int count, Groups groups, FloatElement e, float[] y, int at) {
        if (e.rule().complement()) {
            decodeIntegers(codes, from, count, groups, e, y, at);
        } else if (e.rule().signBit() == 0) {
            new MinifloatScalar().decode(codes, from, count, groups, e, y, at); // E8M0
        } else {
            decodeFloats(codes, from, count, groups, e, y, at);
        }
    }

    private static void decodeFloats(
            byte[] codes, int from, int count, Groups groups, FloatElement e, float[] y, int at) {
        FloatRule r = e.rule();
        int shift = r.shift();
        int toFloat = r.rebias() << shift;
        int signShift = 32 - r.bits();
        boolean odd = r.infinity() <= r.signBit() || r.firstNan() <= r.signBit() || r.nan() >= 0;
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = groups.at(); i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            float factor = groups.factors()[g];
            for (; i <= end - ROOM; i += LANES) {
                IntVector code =
                        (IntVector) ByteVector.fromArray(B, codes, from + i).convertShape(ZERO_EXTEND_B2I, I, 0);
                IntVector magnitude = code.and(r.signBit() - 1);
                IntVector normal = magnitude.lanewise(LSHL, shift).add(toFloat);
                IntVector small =
                        ((FloatVector) magnitude.convert(I2F, 0)).mul(r.unit()).reinterpretAsInts();
                IntVector value = normal.blend(small, magnitude.compare(LT, 1 << r.mantissa()));
                if (odd) {
                    value = value.blend(0x7f800000, magnitude.compare(EQ, r.infinity()));
                }
                value = value.or(code.and(r.signBit()).lanewise(LSHL, signShift));
                if (odd) {
                    VectorMask<Integer> nan =
                            magnitude.compare(GE, r.firstNan()).or(code.compare(EQ, r.nan()));
                    value = value.blend(0x7fc00000, nan);
                }
                value.reinterpretAsFloats().mul(factor).intoArray(y, at + i);
            }
            if (i < end) {
                MinifloatScalar.decode(codes, from + i, end - i, factor, e, y, at + i);
            }
        }
    }

    private static void decodeIntegers(
            byte[] codes, int from, int count, Groups groups, FloatElement e, float[] y, int at) {
        float unit = e.rule().unit();
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = groups.at(); i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            float factor = groups.factors()[g];
            for (; i <= end - ROOM; i += LANES) {
                IntVector code =
                        (IntVector) ByteVector.fromArray(B, codes, from + i).castShape(I, 0);
                ((FloatVector) code.convert(I2F, 0)).mul(unit).mul(factor).intoArray(y, at + i);
            }
            if (i < end) {
                MinifloatScalar.decode(codes, from + i, end - i, factor, e, y, at + i);
            }
        }
    }

    /** The loop of the narrower types once more, with infinity beyond the largest number. */
    @Override
    public void encodeFp16(float[] x, int from, int count, byte[] out, int at) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            IntVector bits = FloatVector.fromArray(F, x, from + i).reinterpretAsInts();
            IntVector u = bits.and(MAGNITUDE);
            IntVector small =
                    u.reinterpretAsFloats().add(0.5f).reinterpretAsInts().sub(0x3f000000);
            IntVector normal = u.lanewise(LSHR, 13)
                    .and(1)
                    .add(u)
                    .add(0xfff)
                    .lanewise(LSHR, 13)
                    .sub((127 - 15) << 10)
                    .min(0x7c00);
            IntVector code = normal.blend(small, u.compare(LT, 0x38800000))
                    .or(bits.lanewise(LSHR, 16).and(0x8000));
            ((ShortVector) code.castShape(S, 0)).reinterpretAsBytes().intoArray(out, at + 2 * i);
        }
        new MinifloatScalar().encodeFp16(x, from + i, count - i, out, at + 2 * i);
    }

    /** C2 turns the plain loop over Float.float16ToFloat into the vector unit's own conversion. */
    @Override
    public void decodeFp16(byte[] in, int from, int count, float[] y, int at) {
        new MinifloatScalar().decodeFp16(in, from, count, y, at);
    }

    private static final VectorSpecies<Short> S = VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * 16));

    @Override
    public void encodeBf16(float[] x, int from, int count, byte[] out, int at) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            IntVector u = FloatVector.fromArray(F, x, from + i).reinterpretAsInts();
            IntVector code = u.lanewise(LSHR, 16).and(1).add(u).add(0x7fff).lanewise(LSHR, 16);
            ((ShortVector) code.castShape(S, 0)).reinterpretAsBytes().intoArray(out, at + 2 * i);
        }
        new MinifloatScalar().encodeBf16(x, from + i, count - i, out, at + 2 * i);
    }

    @Override
    public void decodeBf16(byte[] in, int from, int count, float[] y, int at) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            ShortVector code = ByteVector.fromArray(PAIRS, in, from + 2 * i).reinterpretAsShorts();
            ((IntVector) code.castShape(I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoArray(y, at + i);
        }
        new MinifloatScalar().decodeBf16(in, from + 2 * i, count - i, y, at + i);
    }

    private static final VectorSpecies<Byte> PAIRS = VectorSpecies.of(byte.class, S.vectorShape());
}
