package dev.nibble.format.gguf;

/** Conversions of C on x86-64 that Java's differ from, for inputs on which ggml relies on them. */
final class CRounding {
    private CRounding() {}

    /** {@code (int) x} as cvttss2si does it: what does not fit, and what is not a number, becomes the smallest int. */
    static int truncate(float x) {
        return x > -0x1p31f && x < 0x1p31f ? (int) x : Integer.MIN_VALUE;
    }

    /** {@code roundf}: to nearest, ties away from zero; then as {@link #truncate}. */
    static int round(float x) {
        int whole = truncate(x);
        if (whole == Integer.MIN_VALUE || Math.abs(x) >= 0x1p23f) {
            return whole;
        }
        float rest = x - whole; // exact
        return rest >= 0.5f ? whole + 1 : rest <= -0.5f ? whole - 1 : whole;
    }

    /** ggml's {@code nearest_int}: to nearest, ties to even, for |x| below 2^22; beyond that whatever the trick gives. */
    static int nearest(float x) {
        return (Float.floatToRawIntBits(x + 12582912f) & 0x007fffff) - 0x00400000;
    }
}
