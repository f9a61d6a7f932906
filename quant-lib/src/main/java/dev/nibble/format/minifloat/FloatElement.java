package dev.nibble.format.minifloat;

import dev.nibble.format.ScaledRun;
import java.util.Arrays;
import java.util.Objects;

/**
 * How one scaled weight becomes a code of 1 to 16 bits and back: a {@link Minifloat} with its rules for ties and zeros,
 * or the eight-bit integers of MXINT8. Numbers beyond the largest become the largest.
 */
public final class FloatElement {
    private static final MinifloatKernels.Groups UNSCALED =
            new MinifloatKernels.Groups(Integer.MAX_VALUE, Integer.MAX_VALUE, new float[] {1}, 0);

    private static final int ROOM = 2048;

    private final String name;
    private final Minifloat type;
    private final Ties ties;
    private final ZeroSign zeroSign;
    private final float[] values;
    private final double[] halfGaps;
    private final float max;
    private final FloatRule rule;

    private FloatElement(String name, Minifloat type, Ties ties, ZeroSign zeroSign, float[] values, FloatRule rule) {
        this.name = name;
        this.type = type;
        this.ties = Objects.requireNonNull(ties, "ties");
        this.zeroSign = Objects.requireNonNull(zeroSign, "zeroSign");
        this.values = values;
        this.rule = rule;
        this.max = rule.complement() ? 127 / 64f : type.max();
        this.halfGaps = values.length == 0 ? new double[0] : halfGaps(values);
    }

    /** Elements of a type, FP32 too; rounded as told. In types without −0 zeros are plus whatever is said. */
    public static FloatElement of(Minifloat type, Ties ties, ZeroSign zeroSign) {
        ZeroSign sign = type.specials() == Specials.FNUZ ? ZeroSign.PLUS : zeroSign;
        float[] values = type.bits() > 16 ? new float[0] : type.values();
        return new FloatElement(type.name(), type, ties, sign, values, FloatRule.of(type, ties, sign));
    }

    /**
     * The elements of MXINT8: two's complement, in 64ths, from −127/64 to 127/64. −128 is never written and reads as
     * −2.
     */
    public static FloatElement int8(Ties ties) {
        float[] values = new float[256];
        for (int code = 0; code < 256; code++) {
            values[code] = (byte) code / 64f;
        }
        return new FloatElement("int8", null, ties, ZeroSign.PLUS, values, FloatRule.int8(ties));
    }

    /** "e2m1fn", "int8". */
    public String name() {
        return name;
    }

    /** The type, or null of MXINT8's integers. */
    public Minifloat type() {
        return type;
    }

    /** What is done with a number between two codes. */
    public Ties ties() {
        return ties;
    }

    /** Bits of a code. */
    public int bits() {
        return rule.bits();
    }

    /** The largest number. */
    public float max() {
        return max;
    }

    /** floor(log2(max)). */
    public int maxExponent() {
        return Math.getExponent(max);
    }

    /** Mantissa bits of the largest number: of MXINT8 the six after the leading one. */
    public int mantissaBits() {
        return type == null ? 6 : type.mantissaBits();
    }

    /** Whether ties go to even and zeros keep their sign: what everyone agrees on. */
    public boolean isPlain() {
        return rule.plain();
    }

    FloatRule rule() {
        return rule;
    }

    /** What a code stands for, before the scale. */
    public float value(int code) {
        return values.length == 0 ? type.decode(code) : values[code];
    }

    /** The values that weights are rounded to, of a type of up to 16 bits, ascending and each once. */
    float[] levels() {
        float[] written = values.clone();
        for (int code = 0; code < written.length; code++) {
            written[code] = Math.abs(written[code]) <= max ? written[code] : Float.NaN;
        }
        return ScaledRun.ascending(written);
    }

    /** The code of a finite scaled weight, which is the definition of every faster encoder. */
    public int code(float t) {
        if (type == null) {
            double sixtyFourths = Math.abs((double) t) * 64;
            double floor = Math.floor(Math.min(sixtyFourths, 200));
            double rest = sixtyFourths - floor;
            // in quarters, so that the three cases of the rule are told apart
            boolean up = ties.up(rest < 0.5 ? 1 : rest == 0.5 ? 2 : 3, 2, floor % 2 == 1);
            int magnitude = Math.min(127, (int) floor + (up ? 1 : 0));
            return (t < 0 ? -magnitude : magnitude) & 0xff;
        }
        if (!type.signed()) {
            return type.encode(t);
        }
        int bits = Float.floatToRawIntBits(t);
        int magnitude = Math.min(type.maxCode(), type.round(bits & 0x7fffffff, ties));
        boolean minus = switch (zeroSign) {
            case KEPT -> bits < 0;
            case OF_NEGATIVES -> t < 0;
            case PLUS -> t < 0 && magnitude != 0;
            case ZERO_IS_MINUS -> t <= 0;
        };
        return magnitude | (minus ? type.signBit() : 0);
    }

    /**
     * Codes of up to 8 bits of a run of finite numbers, one a byte.
     *
     * @throws IllegalArgumentException if codes are wider
     */
    public void encode(float[] t, int from, int count, byte[] codes, int at) {
        if (bits() > 8) {
            throw new IllegalArgumentException(name + " has codes of " + bits() + " bits, more than a byte");
        }
        MinifloatKernels.BEST.encode(t, from, count, UNSCALED, true, this, codes, at);
    }

    /**
     * Numbers of packed codes, as files hold them: without gaps, the first in the lowest bits of the first byte.
     *
     * @param in where the first code begins at byte {@code at}
     */
    public void decode(byte[] in, int at, int count, float[] out, int to) {
        byte[] room = new byte[bits() < 8 ? Math.min(count, ROOM) : 0];
        for (int i = 0, n; i < count; i += n) {
            n = Math.min(ROOM, count - i); // a multiple of 8 codes, so a whole number of bytes
            int begin = at + (int) ((long) i * bits() / 8);
            ElementCodes.decode(in, begin, n, UNSCALED, this, out, to + i, room);
        }
    }

    /** Whether a number rounds to one beyond the largest, and so loses more than half a step. */
    public boolean saturates(float t) {
        return type == null
                ? Math.abs(t) * 64 > (ties == Ties.TO_ZERO ? 127.5f : Math.nextDown(127.5f))
                : type.round(Float.floatToRawIntBits(t) & 0x7fffffff, ties) > type.maxCode();
    }

    /**
     * How far a number may lie from the value of its code: half the larger of the distances to the neighbours. Above
     * the largest value the distance below it is taken: what lies further is for the scale to bound.
     */
    public double halfGap(int code) {
        if (values.length > 0) {
            return halfGaps[code];
        }
        return type.spacing(type.decode(code)) / 2.0;
    }

    private static double[] halfGaps(float[] values) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        while (n > 0 && !Float.isFinite(sorted[n - 1])) { // NaN sorts last, infinity before it
            n--;
        }
        int first = 0;
        while (first < n && !Float.isFinite(sorted[first])) {
            first++;
        }
        double[] gaps = new double[values.length];
        for (int code = 0; code < values.length; code++) {
            if (!Float.isFinite(values[code])) {
                continue; // never written
            }
            // −0 + 0f is +0, which a binary search over numbers that compare equal may or may not find: both have gaps
            int at = Arrays.binarySearch(sorted, first, n, values[code]);
            // of a type without a sign, all the way down to 0 becomes the smallest value
            double below = sorted[first] > 0 && at == first ? 2.0 * sorted[at] : neighbour(sorted, first, n, at, -1);
            double above = neighbour(sorted, first, n, at, 1);
            gaps[code] = Math.max(below, above) / 2;
        }
        return gaps;
    }

    /** Distance to the next different value in one direction; 0 at the end. */
    private static double neighbour(float[] sorted, int first, int end, int at, int step) {
        for (int i = at; i >= first && i < end; i += step) {
            if (sorted[i] != sorted[at]) { // −0 and +0 are not different
                return Math.abs((double) sorted[i] - sorted[at]);
            }
        }
        return 0;
    }
}
