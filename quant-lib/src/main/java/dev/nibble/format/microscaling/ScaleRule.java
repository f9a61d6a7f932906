package dev.nibble.format.microscaling;

import dev.nibble.format.minifloat.FloatElement;

/**
 * How the shared power of two of a block follows from its largest magnitude, amax. The first four are exact, computed
 * on the bits of float32; emax is floor(log2) of the largest number of the element type. Sources: OCP Microscaling
 * Formats 1.0, section 6.3, for {@link #FLOOR}; torchao's ScaleCalculationMode for the others.
 */
public enum ScaleRule {
    /** floor(log2(amax)) − emax: the largest weight may be beyond the largest number, and is then cut to it. */
    FLOOR("2^(floor(log2(amax)) - emax)"),
    /** As {@link #FLOOR} after rounding amax to as many mantissa bits as an element has: cuts less. */
    EVEN("2^(floor(log2(amax, rounded as an element)) - emax)"),
    /** As {@link #FLOOR}, one more unless amax is a power of two: cuts nothing, and spends up to a bit on it. */
    CEIL("2^(ceil(log2(amax)) - emax)"),
    /** ceil(log2(amax / max)): the smallest power of two that cuts nothing. NVIDIA's rule for Blackwell. */
    RCEIL("2^ceil(log2(amax / max))"),
    /**
     * {@link #FLOOR} with the logarithm rounded to float32, a defect of microxcaling and ggml: just below a power of two
     * the logarithm rounds up to it, and the exponent is one too large.
     */
    LOG2F("2^(floor(log2f(amax)) - emax), the logarithm rounded to float32");

    private static final double LN2 = StrictMath.log(2);

    private final String formula;

    ScaleRule(String formula) {
        this.formula = formula;
    }

    /** The word that asks for it in a recipe. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** The scale as a formula, in words. */
    public String formula() {
        return formula;
    }

    /**
     * The exponent of the scale, before it is brought into the range of E8M0 (−127 to 127).
     *
     * @param amax the block's largest magnitude, finite
     */
    public int exponent(float amax, FloatElement element) {
        return exponent(amax, element, element.mantissaBits());
    }

    /** The same, {@link #EVEN} rounding to {@code mantissa} bits. */
    int exponent(float amax, FloatElement element, int mantissa) {
        int bits = Float.floatToRawIntBits(amax);
        return switch (this) {
            case FLOOR -> (bits >>> 23) - 127 - element.maxExponent();
            case EVEN -> ((bits + (1 << (22 - mantissa))) >>> 23) - 127 - element.maxExponent();
            case CEIL -> (bits >>> 23) - 127 + ((bits & 0x7fffff) != 0 ? 1 : 0) - element.maxExponent();
            case RCEIL -> ceilLog2(amax / element.max());
            case LOG2F -> floorLog2f(amax) - element.maxExponent();
        };
    }

    /**
     * The largest that a magnitude over its scale can be, if the exponent was not cut.
     *
     * @param mantissa bits that {@link #EVEN} rounds to
     */
    double reach(FloatElement element, int mantissa) {
        double power = Math.scalb(1.0, element.maxExponent());
        return switch (this) {
            case FLOOR, LOG2F -> 2 * power;
            case EVEN -> (2 - Math.scalb(1.0, -mantissa - 1)) * power;
            case CEIL -> power;
            case RCEIL -> element.max() * (1 + 0x1p-22);
        };
    }

    /** The smallest integer that is no smaller than log2 of a magnitude; −127 for 2^-127 and all below. */
    static int ceilLog2(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (bits < 0x00800000) {
            return bits <= 0x00400000 ? -127 : -126;
        }
        return (bits >>> 23) - 127 + ((bits & 0x7fffff) != 0 ? 1 : 0);
    }

    /** floor of the logarithm as float32 has it; 0 counts as the smallest normal number, as in microxcaling. */
    static int floorLog2f(float x) {
        int bits = x == 0 ? 0x00800000 : Float.floatToRawIntBits(x);
        // Rounding moves the logarithm by at most 2^-18, and reaches the next integer from at most 2^-18 below it.
        if (bits >= 0x00800000 && (bits & 0x7fffff) < 0x7fff00) {
            return (bits >>> 23) - 127;
        }
        return (int) Math.floor(log2f(Float.intBitsToFloat(bits)));
    }

    /** ceil of the logarithm as float32 has it. */
    static int ceilLog2f(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (bits == 0) {
            return -127;
        }
        if (bits >= 0x00800000 && (bits & 0x7fffff) > 0x100) {
            return (bits >>> 23) - 126;
        }
        return (int) Math.ceil(log2f(x));
    }

    /** The logarithm to base 2, rounded to float32: what torch computes, checked around all powers of two. */
    private static float log2f(float x) {
        int exponent = Math.getExponent(x);
        if ((Float.floatToRawIntBits(x) & 0x7fffff) == 0 && exponent >= -126) {
            return exponent;
        }
        return (float) (StrictMath.log(x) / LN2);
    }
}
