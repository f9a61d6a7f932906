package dev.nibble.explain;

import dev.nibble.format.ScaleType;

/** The narrowest float type that holds all numbers of a tensor: how exactly what made them can be seen in them. */
enum Precision {
    BF16("bfloat16", ScaleType.BF16, 8),
    F16("float16", ScaleType.F16, 11),
    F32("float32", ScaleType.F32, 24);

    private final String fullName;
    private final ScaleType type;
    private final int bits;

    Precision(String fullName, ScaleType type, int bits) {
        this.fullName = fullName;
        this.type = type;
        this.bits = bits;
    }

    /** The narrowest of the types that holds every one of these numbers exactly; numbers that are not finite do not count. */
    static Precision of(float[] x) {
        boolean bf16 = true;
        boolean f16 = true;
        for (float v : x) {
            if (Float.isFinite(v)) {
                bf16 &= (Float.floatToRawIntBits(v) & 0xffff) == 0;
                f16 = f16 && F16.round(v) == v;
                if (!bf16 && !f16) {
                    return F32;
                }
            }
        }
        return bf16 ? BF16 : F16;
    }

    String fullName() {
        return fullName;
    }

    /** Bits of the significand, the leading one included. */
    int bits() {
        return bits;
    }

    /** The nearest number of this type, ties to even. */
    float round(float v) {
        return type.round(v);
    }

    /** Half the distance between neighbours of this type at {@code v}: what rounding to it may have moved a number. */
    double halfUnit(double v) {
        // half a unit in the last place is at most 2^-bits times the number; type.halfUnit knows the subnormals
        return type.halfUnit((float) Math.abs(v));
    }
}
