package dev.nibble.format.minifloat;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A floating-point type, described exactly: what every code means, and which code a float32 gets.
 *
 * <pre>
 *   bits    sign (1, none in E8M0) | exponent e (E bits) | mantissa m (M bits)
 *   value   e &gt; 0:  2^(e - bias) · (1 + m / 2^M)          e = 0:  2^(1 - bias) · m / 2^M
 *   E8M0    2^(e - 127)
 * </pre>
 *
 * Every value is a float32 exactly, so {@link #decode} does not round. {@link #encode(float)} rounds to nearest, ties
 * to even, and overflows as ml_dtypes 0.6.0 does: to infinity in an IEEE type, to NaN in FN and FNUZ types, to the
 * largest number where there is neither. Sources: IEEE 754; Micikevicius et al., "FP8 Formats for Deep Learning", 2022;
 * OCP Microscaling Formats 1.0, section 5; ml_dtypes for the rest.
 *
 * @param name as ml_dtypes or the literature calls it
 * @param exponentBits E, 1 to 8
 * @param mantissaBits M, 0 to 23
 * @param bias what is subtracted from the stored exponent
 * @param specials which codes are not finite
 */
public record Minifloat(String name, int exponentBits, int mantissaBits, int bias, Specials specials) {
    public static final Minifloat FP32 = new Minifloat("fp32", 8, 23, 127, Specials.IEEE);
    public static final Minifloat FP16 = new Minifloat("fp16", 5, 10, 15, Specials.IEEE);
    public static final Minifloat BF16 = new Minifloat("bf16", 8, 7, 127, Specials.IEEE);
    public static final Minifloat E4M3FN = new Minifloat("e4m3fn", 4, 3, 7, Specials.FN);
    public static final Minifloat E4M3FNUZ = new Minifloat("e4m3fnuz", 4, 3, 8, Specials.FNUZ);
    public static final Minifloat E4M3B11FNUZ = new Minifloat("e4m3b11fnuz", 4, 3, 11, Specials.FNUZ);
    public static final Minifloat E4M3 = new Minifloat("e4m3", 4, 3, 7, Specials.IEEE);
    public static final Minifloat E3M4 = new Minifloat("e3m4", 3, 4, 3, Specials.IEEE);
    public static final Minifloat E5M2 = new Minifloat("e5m2", 5, 2, 15, Specials.IEEE);
    public static final Minifloat E5M2FNUZ = new Minifloat("e5m2fnuz", 5, 2, 16, Specials.FNUZ);
    public static final Minifloat E8M0 = new Minifloat("e8m0fnu", 8, 0, 127, Specials.E8M0);
    public static final Minifloat E2M3 = new Minifloat("e2m3fn", 2, 3, 1, Specials.NONE);
    public static final Minifloat E3M2 = new Minifloat("e3m2fn", 3, 2, 3, Specials.NONE);
    public static final Minifloat E2M1 = new Minifloat("e2m1fn", 2, 1, 1, Specials.NONE);

    private static final int NAN_BITS = 0x7fc00000;

    public Minifloat {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(specials, "specials");
        if (exponentBits < 1 || exponentBits > 8 || mantissaBits < 0 || mantissaBits > 23) {
            throw new IllegalArgumentException(
                    name + ": a minifloat has 1 to 8 exponent bits and 0 to 23 mantissa bits, not " + exponentBits
                            + " and " + mantissaBits);
        }
        if (specials == Specials.IEEE && (mantissaBits == 0 || exponentBits == 1)) {
            throw new IllegalArgumentException(
                    name
                            + ": an IEEE type needs a mantissa bit, to tell NaN from infinity, and two exponent bits; take fn, fnuz or none");
        }
        if (specials == Specials.FN && exponentBits + mantissaBits < 2) {
            throw new IllegalArgumentException(name + ": of its two codes without sign one would be NaN; take none");
        }
        if (specials == Specials.E8M0 && (exponentBits != 8 || mantissaBits != 0 || bias != 127)) {
            throw new IllegalArgumentException(name + ": only e8m0 with bias 127 has no sign and no zero");
        }
        long top = (1L << exponentBits) - 1 - (specials == Specials.IEEE ? 1 : 0) - bias;
        if ((top > 127 && specials != Specials.E8M0) || bias > 127 || 1L - bias - mantissaBits > 100) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: with bias %d its normal numbers reach from 2^%d to 2^%d, beyond those of float32 (2^-126 to 2^127)",
                    name,
                    bias,
                    1L - bias,
                    top));
        }
    }

    /** All types that have a name of their own, widest first. */
    public static List<Minifloat> all() {
        return List.of(
                FP32, FP16, BF16, E4M3FN, E4M3FNUZ, E4M3B11FNUZ, E4M3, E3M4, E5M2, E5M2FNUZ, E8M0, E2M3, E3M2, E2M1);
    }

    /** Whether there is a sign bit. */
    public boolean signed() {
        return specials != Specials.E8M0;
    }

    /** Bits of a code. */
    public int bits() {
        return exponentBits + mantissaBits + (signed() ? 1 : 0);
    }

    /** The sign bit of a code; 0 if there is none. */
    public int signBit() {
        return signed() ? 1 << (bits() - 1) : 0;
    }

    /** Code of {@link #max}. */
    public int maxCode() {
        int all = (int) ((1L << (exponentBits + mantissaBits)) - 1);
        return switch (specials) {
            case IEEE -> (((1 << exponentBits) - 1) << mantissaBits) - 1;
            case FN, E8M0 -> all - 1;
            case FNUZ, NONE -> all;
        };
    }

    /** The largest number. */
    public float max() {
        return decode(maxCode());
    }

    /** The smallest positive number with a full mantissa; NaN if there is none (one exponent bit and a small range). */
    public float minNormal() {
        int code = specials == Specials.E8M0 ? 0 : 1 << mantissaBits;
        return code > maxCode() ? Float.NaN : decode(code);
    }

    /** The smallest positive number of all. */
    public float minSubnormal() {
        return decode(specials == Specials.E8M0 ? 0 : 1);
    }

    /** Exponent of the unit in the last place of the subnormal numbers: they are multiples of 2 to this power. */
    int unit() {
        return 1 - bias - mantissaBits;
    }

    /** Exponent of the largest number: floor(log2(max)), which microscaling calls emax. */
    public int maxExponent() {
        return Math.getExponent(max());
    }

    /**
     * The number that a code stands for; every NaN is {@link Float#NaN}.
     *
     * @throws IllegalArgumentException if the code has more bits than the type
     */
    public float decode(int code) {
        if (bits() < 32 && (code < 0 || code >>> bits() != 0)) {
            throw new IllegalArgumentException(
                    name + " has codes of " + bits() + " bits, and " + code + " is not one of them");
        }
        if (specials == Specials.E8M0) {
            return code == 255 ? Float.NaN : Math.scalb(1f, code - 127);
        }
        int magnitude = code & (signBit() - 1);
        boolean negative = (code & signBit()) != 0;
        if (specials == Specials.FNUZ && negative && magnitude == 0) {
            return Float.NaN;
        }
        float value;
        if (magnitude > maxCode()) {
            value = specials == Specials.IEEE && magnitude == maxCode() + 1
                    ? Float.POSITIVE_INFINITY
                    : Float.intBitsToFloat(NAN_BITS);
            return Float.isNaN(value) ? value : negative ? -value : value;
        }
        int e = magnitude >>> mantissaBits;
        int m = magnitude & ((1 << mantissaBits) - 1);
        value = e == 0 ? Math.scalb((float) m, unit()) : Math.scalb((float) (m | 1 << mantissaBits), unit() + e - 1);
        return negative ? -value : value;
    }

    /** All values by code. For types of up to 16 bits. */
    public float[] values() {
        if (bits() > 16) {
            throw new IllegalArgumentException(name + " has 2^" + bits() + " codes, too many for a table");
        }
        float[] values = new float[1 << bits()];
        for (int code = 0; code < values.length; code++) {
            values[code] = decode(code);
        }
        return values;
    }

    /**
     * The code of a number: nearest, ties to even, overflow as ml_dtypes does (see above). NaN becomes quiet and keeps its sign, without
     * its payload, where the type has NaNs with one; in a type without NaN it becomes −0, and a negative one +0, as ml_dtypes has it. In E8M0
     * zero and negative numbers become NaN, and the tie between two powers of two goes up.
     */
    public int encode(float x) {
        int bits = Float.floatToRawIntBits(x);
        boolean negative = bits < 0;
        if (specials == Specials.E8M0) {
            return e8m0(bits);
        }
        if (Float.isNaN(x)) {
            return nan(bits);
        }
        int sign = negative ? signBit() : 0;
        int magnitude = Float.isInfinite(x) ? maxCode() + 1 : round(bits & 0x7fffffff, Ties.EVEN);
        if (magnitude > maxCode()) {
            return switch (specials) {
                case IEEE -> sign | maxCode() + 1;
                case FN -> sign | maxCode() + 1;
                case FNUZ -> signBit();
                default -> sign | maxCode();
            };
        }
        return specials == Specials.FNUZ && magnitude == 0 ? 0 : sign | magnitude;
    }

    /**
     * The same, except that what is too large, infinities too, becomes the largest number of its sign, as torch 2.13
     * and later cast to E4M3FN. NaN as above.
     */
    public int encodeSaturating(float x) {
        if (Float.isNaN(x) || specials == Specials.E8M0) {
            return encode(x);
        }
        return Math.abs(x) > max() ? (x < 0 ? signBit() : 0) | maxCode() : encode(x);
    }

    /**
     * What the code of a number is, and why, bit by bit. Overflow saturates if {@code saturate}, otherwise as {@link
     * #encode(float)}.
     *
     * @throws IllegalArgumentException if {@code x} is not finite, or the type has no sign
     */
    public Rounded explain(float x, Ties ties, boolean saturate) {
        return Rounded.of(this, x, ties, saturate);
    }

    /** The same with ties to even and overflow as {@link #encode(float)}. */
    public Rounded explain(float x) {
        return explain(x, Ties.EVEN, false);
    }

    /**
     * Distance of the two neighbouring values around {@code x}, above it if it is a value: 2 to the power of the
     * exponent of x less the mantissa bits, but no less than that of the subnormals.
     *
     * @throws IllegalArgumentException if {@code x} is not finite
     */
    public float spacing(float x) {
        if (!Float.isFinite(x)) {
            throw new IllegalArgumentException(name + " has no spacing at " + x);
        }
        if (specials == Specials.E8M0) {
            return Math.scalb(1f, Math.clamp(Math.getExponent(x), -127, 127));
        }
        return Math.scalb(1f, unitAt(Float.floatToRawIntBits(x) & 0x7fffffff));
    }

    /** "e4m3fn: 1 sign, 4 exponent, 3 mantissa bits, bias 7, up to 448". */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %s%d exponent, %d mantissa bits, bias %d, up to %s",
                name,
                signed() ? "1 sign, " : "",
                exponentBits,
                mantissaBits,
                bias,
                max());
    }

    /** Exponent of the unit in the last place that a finite magnitude, given by its float32 bits, is rounded to. */
    int unitAt(int magnitudeBits) {
        return Math.max(exponent(magnitudeBits), 1 - bias) - mantissaBits;
    }

    /** floor(log2(magnitude)), exactly; very small for 0. */
    private static int exponent(int magnitudeBits) {
        int e = magnitudeBits >>> 23;
        return e > 0 ? e - 127 : -118 - Integer.numberOfLeadingZeros(magnitudeBits);
    }

    /**
     * Code of a finite magnitude, given by its float32 bits, without a look at the largest one: a code above {@link
     * #maxCode} says how far it is beyond.
     */
    int round(int magnitudeBits, Ties ties) {
        if (magnitudeBits == 0) {
            return 0;
        }
        int e = magnitudeBits >>> 23;
        long significand = e == 0 ? magnitudeBits : (magnitudeBits & 0x7fffff) | 0x800000; // times 2^(max(e, 1) - 150)
        int unit = unitAt(magnitudeBits);
        int discard = unit - (Math.max(e, 1) - 150); // bits of the significand below the unit
        long quotient;
        if (discard <= 0) {
            quotient = significand << -discard; // |x| < 2^(unit + M + 1), so this has at most 24 bits
        } else if (discard > 30) {
            quotient = 0; // below a 64th of the unit
        } else {
            quotient = significand >>> discard;
            long rest = significand & ((1L << discard) - 1);
            quotient += ties.up(rest, 1L << (discard - 1), (quotient & 1) == 1) ? 1 : 0;
        }
        // A normal number's quotient has its leading one at bit M, which adds 1 to the exponent field.
        return (int) (((long) (unit - unit()) << mantissaBits) + quotient);
    }

    /** {@link #encode(float)} of {@link #BF16}, of a number that is not NaN: the upper half of its bits, rounded. */
    public static int bfloat16(float x) {
        int bits = Float.floatToRawIntBits(x);
        return (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
    }

    private int nan(int bits) {
        int sign = bits < 0 ? signBit() : 0;
        return switch (specials) {
            case IEEE -> sign | maxCode() + 1 | 1 << (mantissaBits - 1);
            case FN -> sign | maxCode() + 1;
            case FNUZ -> signBit();
            default -> sign ^ signBit();
        };
    }

    private static int e8m0(int bits) {
        if (bits <= 0 || bits > 0x7f7fffff) {
            return 255;
        }
        // The half goes up, except that 2^-127, the only value that is subnormal in float32, is itself no half.
        return (bits + (bits < 0x00800000 ? 0x3fffff : 0x400000)) >>> 23;
    }
}
