package dev.nibble.format.minifloat;

import java.util.Locale;

/**
 * How a number became a code of a {@link Minifloat}: its bits, what was cut off, and which way it was rounded.
 *
 * @param type the type
 * @param input the number
 * @param code its code
 * @param value what the code stands for
 * @param sign 1 if the sign bit of the code is set
 * @param exponent the exponent field of the code, as stored
 * @param mantissa the mantissa field of the code
 * @param position exponent of the last place that is kept: the value is a multiple of 2^position
 * @param guard the first bit that was cut off
 * @param round the second
 * @param sticky whether any bit after these was set
 * @param direction which neighbour was taken
 * @param tie whether the number lay exactly between two values
 * @param overflowed whether rounding led beyond the largest number
 */
public record Rounded(
        Minifloat type,
        float input,
        int code,
        float value,
        int sign,
        int exponent,
        int mantissa,
        int position,
        boolean guard,
        boolean round,
        boolean sticky,
        Direction direction,
        boolean tie,
        boolean overflowed) {
    /** Which neighbour was taken. */
    public enum Direction {
        /** The number is a value of the type. */
        EXACT,
        /** The smaller magnitude. */
        DOWN,
        /** The larger magnitude. */
        UP
    }

    static Rounded of(Minifloat type, float x, Ties ties, boolean saturate) {
        if (!Float.isFinite(x)) {
            throw new IllegalArgumentException(type.name() + ": " + x + " is not rounded");
        }
        if (!type.signed()) {
            throw new IllegalArgumentException(type.name() + " has no sign and no mantissa to explain");
        }
        int bits = Float.floatToRawIntBits(x) & 0x7fffffff;
        int magnitude = type.round(bits, ties);
        int code;
        if (magnitude > type.maxCode()) {
            code = saturate
                    ? (x < 0 ? type.signBit() : 0) | type.maxCode()
                    : type.encode(Math.copySign(Float.MAX_VALUE, x));
        } else {
            boolean noSign = type.specials() == Specials.FNUZ && magnitude == 0;
            code = magnitude | (Float.floatToRawIntBits(x) < 0 && !noSign ? type.signBit() : 0);
        }
        return of(type, x, code, magnitude > type.maxCode());
    }

    /** The same for a code that was chosen already. */
    static Rounded of(Minifloat type, float x, int code, boolean over) {
        int bits = Float.floatToRawIntBits(x) & 0x7fffffff;
        int position = type.unitAt(bits);
        // The number in units of the last place, exactly: a float32 scaled by a power of two within the range of
        // double.
        double units = Math.scalb((double) Float.intBitsToFloat(bits), -position);
        double rest = units - Math.floor(units);
        double afterGuard = rest * 2 - Math.floor(rest * 2);
        double afterRound = afterGuard * 2 - Math.floor(afterGuard * 2);
        float value = type.decode(code);
        Direction direction = Math.abs(value) == Math.abs(x)
                ? Direction.EXACT
                : Math.abs(value) < Math.abs(x) ? Direction.DOWN : Direction.UP;
        return new Rounded(
                type,
                x,
                code,
                value,
                (code & type.signBit()) != 0 ? 1 : 0,
                (code & (type.signBit() - 1)) >>> type.mantissaBits(),
                code & ((1 << type.mantissaBits()) - 1),
                position,
                rest >= 0.5,
                afterGuard >= 0.5,
                afterRound > 0,
                direction,
                rest == 0.5,
                over);
    }

    /** The code in binary with its fields apart: "0 0111 101". */
    public String fields() {
        return binary(sign, 1)
                + " " + binary(exponent, type.exponentBits())
                + (type.mantissaBits() == 0 ? "" : " " + binary(mantissa, type.mantissaBits()));
    }

    private static String binary(int value, int bits) {
        String digits = Integer.toBinaryString(value);
        return "0".repeat(Math.max(0, bits - digits.length())) + digits;
    }

    /** One line: "0.3 in e4m3fn: 0 0101 001 = 0.28125, down, last place 2^-5". */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s in %s: %s = %s, %s%s%s, last place 2^%d",
                input,
                type.name(),
                fields(),
                value,
                direction.name().toLowerCase(Locale.ROOT),
                tie ? " at a tie" : "",
                overflowed ? ", beyond the largest" : "",
                position);
    }
}
