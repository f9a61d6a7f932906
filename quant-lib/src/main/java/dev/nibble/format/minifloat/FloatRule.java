package dev.nibble.format.minifloat;

/**
 * The constants of a kernel for one element type of up to 8 bits, worked out once.
 *
 * @param bits of a code
 * @param signBit of a code
 * @param maxCode largest magnitude that is written
 * @param mantissa mantissa bits
 * @param shift places that a float32's bits are shifted down to the mantissa: 23 - M
 * @param rebias subtracted from the shifted bits: (127 - bias) · 2^M
 * @param minNormal float32 bits of the smallest normal number; magnitudes below it are rounded to whole units
 * @param magic 2^23 units: adding it rounds a float to whole units
 * @param unit the smallest positive number
 * @param complement whether codes are two's complement, not sign and magnitude
 * @param plain whether ties go to even and the sign bit is copied, so that the shortest loop does
 * @param ties the rule otherwise
 * @param zeroSign the other rule
 * @param infinity magnitude that decodes to infinity, or one that is too large
 * @param firstNan smallest magnitude that decodes to NaN, or one that is too large
 * @param nan the one code that is NaN whatever its magnitude, or -1
 */
record FloatRule(
        int bits,
        int signBit,
        int maxCode,
        int mantissa,
        int shift,
        int rebias,
        int minNormal,
        float magic,
        float unit,
        boolean complement,
        boolean plain,
        Ties ties,
        ZeroSign zeroSign,
        int infinity,
        int firstNan,
        int nan) {
    private static final int NEVER = 1 << 30;

    static FloatRule of(Minifloat type, Ties ties, ZeroSign zeroSign) {
        int max = type.maxCode();
        boolean ieee = type.specials() == Specials.IEEE;
        boolean finite = type.specials() == Specials.NONE || type.specials() == Specials.FNUZ;
        return new FloatRule(
                type.bits(),
                type.signBit(),
                max,
                type.mantissaBits(),
                23 - type.mantissaBits(),
                (127 - type.bias()) << type.mantissaBits(),
                Float.floatToRawIntBits(Math.scalb(1f, 1 - type.bias())),
                Math.scalb(1f, type.unit() + 23),
                Math.scalb(1f, type.unit()),
                false,
                ties == Ties.EVEN && zeroSign == ZeroSign.KEPT,
                ties,
                zeroSign,
                ieee ? max + 1 : NEVER,
                finite ? NEVER : ieee ? max + 2 : max + 1,
                type.specials() == Specials.FNUZ ? type.signBit() : -1);
    }

    static FloatRule int8(Ties ties) {
        return new FloatRule(
                8,
                0,
                127,
                0,
                23,
                0,
                0x7f800000,
                0x1p17f,
                0x1p-6f,
                true,
                ties == Ties.EVEN,
                ties,
                ZeroSign.PLUS,
                NEVER,
                NEVER,
                -1);
    }
}
