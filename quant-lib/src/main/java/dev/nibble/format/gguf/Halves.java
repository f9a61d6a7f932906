package dev.nibble.format.gguf;

/** fp16 numbers in a byte array, little-endian. */
final class Halves {
    private Halves() {}

    static float get(byte[] in, int at) {
        return Float.float16ToFloat((short) ((in[at] & 0xff) | in[at + 1] << 8));
    }

    /** Rounds to nearest, ties to even; beyond the range to infinity. */
    static void put(byte[] out, int at, float value) {
        short half = Float.floatToFloat16(value);
        out[at] = (byte) half;
        out[at + 1] = (byte) (half >> 8);
    }

    /** The value after a round trip. */
    static float round(float value) {
        return Float.float16ToFloat(Float.floatToFloat16(value));
    }

    /** How large the number may have been before it was rounded to this one: its magnitude and half a step. */
    static double before(float stored) {
        return Math.abs(stored) + slack(stored);
    }

    /** Half the distance to the next fp16 number. */
    static double slack(float stored) {
        return Math.scalb(1.0, Math.max(-14, Math.getExponent(stored)) - 11);
    }
}
