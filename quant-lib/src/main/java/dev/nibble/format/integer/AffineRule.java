package dev.nibble.format.integer;

import dev.nibble.format.ScaleType;

/**
 * How weights become integers on a uniform grid, and integers weights: the few choices in which all libraries differ.
 * With s the scale, z the zero, lo and hi the ends of the range, b the bits, and rounding to nearest, ties to even:
 *
 * <pre>
 *   range   ABSMAX      lo = -max|w|, hi = max|w|              s = hi / divisor
 *           MEAN        lo = -mean|w|, hi = mean|w|            s = hi / divisor
 *           EXTREME     lo = min(w, 0), hi = max(w, 0)         s = the end of larger magnitude / -divisor, with its sign
 *           MIRRORED    as EXTREME; if lo &lt; 0, both ends at    s = (hi - lo) / divisor
 *                       the larger magnitude
 *           WITH_ZERO   lo = min(w, 0), hi = max(w, 0)         s = (hi - lo) / divisor
 *           AS_IS       lo = min(w),    hi = max(w)            s = (hi - lo) / divisor
 *
 *   zero    NONE        q = round(w / s) + centre              w' = (q - centre) · s · factor
 *           INTEGER     z = qmin - round(lo / s)               w' = (q - z) · s
 *                       q = round(w / s) + z
 *           IN_CODES    z = -lo · s'                           w' = (q - z) · s, s' = 1 / s
 *                       q = round(w · s' + z)
 *           IN_WEIGHTS  z = lo + s · 2^(b-1)                   w' = (q - 2^(b-1)) · s + z
 *                       q = round((w - (z - s · 2^(b-1))) / s)
 *           MINIMUM     z = lo; q = round((w - z) / s)         w' = q · s + z
 * </pre>
 *
 * @param bits width of a stored code, 1 to 8
 * @param lowest the code that is stored as the bit field 0; fields of 8 bits with lowest -128 are two's complement
 * @param qmin smallest code in use
 * @param qmax largest code in use
 * @param range what the scale spans
 * @param divisor steps in that range, as above
 * @param floor what becomes of small scales
 * @param least the number that the floor speaks of
 * @param zero what the code of 0 is, and where it is stored
 * @param centre of a rule without stored zeros: the code of 0, a whole number, or 0.5 where codes stand for -1 and 1
 * @param steps the multiplier is steps / s; 1 but where s is stored undivided
 * @param factor what a decoded weight is multiplied with; 1 but where s is stored undivided
 * @param multiply whether w is multiplied by steps / s instead of being divided by s, which differs on ties
 * @param zeroInside whether an INTEGER zero is added before rounding, and rounded after subtraction
 * @param fromStored whether codes are computed from scale and zero as stored; else from those in float32 before
 */
public record AffineRule(
        int bits,
        int lowest,
        int qmin,
        int qmax,
        Range range,
        float divisor,
        Floor floor,
        float least,
        Zero zero,
        float centre,
        float steps,
        float factor,
        boolean multiply,
        boolean zeroInside,
        boolean fromStored) {
    /** What the scale spans. */
    public enum Range {
        ABSMAX,
        MEAN,
        EXTREME,
        MIRRORED,
        WITH_ZERO,
        AS_IS
    }

    /** What becomes of small scales. */
    public enum Floor {
        /** A scale of 0 makes every code the one of 0. */
        NONE,
        /** The scale is at least so large. */
        SCALE,
        /** A scale of 0 becomes this. */
        ZERO_SCALE,
        /** The range is at least so wide. */
        RANGE,
        /** A range of 0 becomes -1 .. 1. */
        UNIT_RANGE,
        /** The scale as stored has at least this magnitude. */
        STORED,
        /** A range up to 1e-4 has the scale 1, and 1 / s is at most so large. */
        INVERSE
    }

    /** Where the value 0 is. */
    public enum Zero {
        NONE,
        INTEGER,
        IN_CODES,
        IN_WEIGHTS,
        MINIMUM
    }

    /** A grid without stored zeros: codes qmin .. qmax, 0 is 0, s = range / divisor, codes from the scale as stored. */
    static AffineRule symmetric(int bits, int qmin, Range range, float divisor) {
        int half = 1 << (bits - 1);
        return new AffineRule(
                bits, -half, qmin, half - 1, range, divisor, Floor.NONE, 0, Zero.NONE, 0, 1, 1, false, false, true);
    }

    /** A grid of 2^bits codes from {@code qmin} on with a stored zero, codes from scale and zero as stored. */
    static AffineRule asymmetric(int bits, int qmin, Range range, Zero zero) {
        int levels = (1 << bits) - 1;
        return new AffineRule(
                bits, qmin, qmin, qmin + levels, range, levels, Floor.NONE, 0, zero, 0, 1, 1, false, false, true);
    }

    AffineRule withFloor(Floor kind, float number) {
        return with(kind, number, multiply, zeroInside, fromStored);
    }

    AffineRule multiplying() {
        return with(floor, least, true, zeroInside, fromStored);
    }

    AffineRule zeroInsideRounding() {
        return with(floor, least, multiply, true, fromStored);
    }

    AffineRule fromUnrounded() {
        return with(floor, least, multiply, zeroInside, false);
    }

    private AffineRule with(Floor kind, float number, boolean inverse, boolean inside, boolean stored) {
        return new AffineRule(
                bits, lowest, qmin, qmax, range, divisor, kind, number, zero, centre, steps, factor, inverse, inside,
                stored);
    }

    /** What is added to a code to make the unsigned field that is stored; 0 where fields are two's complement. */
    int offset() {
        return bits == 8 && lowest == -128 ? 0 : -lowest;
    }

    /** Whether zeros are stored as numbers of the scale's type rather than as codes. */
    boolean hasFloatZero() {
        return zero == Zero.IN_CODES || zero == Zero.IN_WEIGHTS || zero == Zero.MINIMUM;
    }

    /** Whether codes say no more than a sign. */
    boolean isSign() {
        return centre != (float) Math.rint(centre);
    }

    /** Whether a group's scale follows from its largest magnitude and nothing else is to be filled in. */
    boolean isPlainSymmetric() {
        return range == Range.ABSMAX && zero == Zero.NONE && floor != Floor.STORED && !isSign();
    }

    /** Whether the range is chosen from the largest magnitude alone. */
    boolean seesMagnitudes() {
        return range == Range.ABSMAX || range == Range.MEAN;
    }

    /** Whether weights may lie beyond the grid by more than the rule itself tells. */
    boolean clipsFreely() {
        return range == Range.MEAN || zero == Zero.IN_CODES || (zero == Zero.INTEGER && range == Range.AS_IS);
    }

    /** Steps by which a weight may lie beyond the largest code, where the rule tells; half a step is rounding. */
    double stepsAboveTop(boolean nothingBelowCentre) {
        return switch (range) {
            case ABSMAX, EXTREME -> Math.max(0, divisor / factor - qmax);
            case MIRRORED -> nothingBelowCentre ? divisor - (qmax - centre) : 0.5;
            default -> 0;
        };
    }

    /** The middle of the codes, where {@link Zero#IN_WEIGHTS} puts its zero. */
    float middle() {
        return (qmax + qmin + 1) / 2f;
    }

    /** Lower end of the range for weights between {@code low} and {@code high}; the latter may be a magnitude. */
    float low(float low, float high) {
        return switch (range) {
            case ABSMAX, MEAN -> -high;
            case AS_IS -> low;
            case EXTREME, WITH_ZERO -> low == 0 && high <= 0 && floor == Floor.UNIT_RANGE ? -1 : Math.min(0, low);
            case MIRRORED -> low < 0 ? -Math.max(-low, high) : high <= 0 && floor == Floor.UNIT_RANGE ? -1 : 0;
        };
    }

    /** Upper end of the range. */
    float high(float low, float high) {
        return switch (range) {
            case ABSMAX, MEAN, AS_IS -> high;
            case EXTREME, WITH_ZERO -> low >= 0 && high == 0 && floor == Floor.UNIT_RANGE ? 1 : Math.max(0, high);
            case MIRRORED ->
                low >= 0 && high <= 0 && floor == Floor.UNIT_RANGE ? 1 : Math.max(Math.max(0, high), -Math.min(0, low));
        };
    }

    /** The scale of a range, in float32 before it is stored; infinite or not a number if the range is. */
    float scale(float lo, float hi) {
        if (floor == Floor.INVERSE) {
            return 1 / inverse(lo, hi);
        }
        float span = switch (range) {
            case ABSMAX, MEAN -> hi;
            case EXTREME -> hi < -lo ? -lo : -hi;
            case MIRRORED, WITH_ZERO, AS_IS -> hi - lo;
        };
        if (floor == Floor.RANGE) {
            span = Math.max(span, least);
        }
        float scale = span / divisor;
        return switch (floor) {
            case SCALE -> Math.max(scale, least);
            case ZERO_SCALE -> scale == 0 ? least : scale;
            default -> scale;
        };
    }

    /** The inverse scale where that is what the range gives. */
    float inverse(float lo, float hi) {
        float span = hi - lo;
        // torch computes a number divided by a tensor as the inverse of the tensor times the number
        return span <= 1e-4f ? 1 : Math.min(1 / span * divisor, least);
    }

    /** The scale as stored. */
    float stored(float scale, ScaleType type) {
        float stored = type.round(scale);
        if (floor == Floor.STORED) {
            float smallest = type.round(least);
            return stored < 0 ? Math.min(stored, -smallest) : Math.max(stored, smallest);
        }
        return stored;
    }

    /** The zero of a range before it is stored, in the units of its kind. */
    float zero(float lo, float hi, float wanted, float basis) {
        return switch (zero) {
            case NONE -> centre;
            // Where the origin divides 0 by the scale 0 that it later replaces, it makes not-a-number, and of that 0.
            case INTEGER -> floor == Floor.ZERO_SCALE && hi - lo == 0 ? 0 : integerZero(lo, basis);
            case IN_CODES -> -lo * inverse(lo, hi);
            case IN_WEIGHTS -> lo + wanted * middle();
            case MINIMUM -> lo;
        };
    }

    private float integerZero(float lo, float scale) {
        if (scale == 0) {
            return Math.clamp(0, qmin, qmax);
        }
        float z = zeroInside ? (float) Math.rint(qmin - lo / scale) : qmin - (float) Math.rint(lo / scale);
        return Math.clamp(z, (float) qmin, (float) qmax);
    }
}
