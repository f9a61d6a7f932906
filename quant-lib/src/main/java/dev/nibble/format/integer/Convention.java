package dev.nibble.format.integer;

/**
 * Whose rule for scale, range and rounding a format follows; "symmetric INT4" alone says none of it. b is the number of
 * bits, s the scale, z the zero point, and all rounding is to nearest, ties to even.
 *
 * <pre>
 *               symmetric                                asymmetric (lo = min(w, 0), hi = max(w, 0))
 *   PLAIN       s = absmax / (2^(b-1) - 1)               s = (hi - lo) / (2^b - 1), z = qmin - round(lo / s)
 *               q = round(w / s), -(2^(b-1) - 1) ..      q = round(w / s) + z
 *   CT          s = absmax / ((2^b - 1) / 2)             s the same, z = round(qmin - lo / s)
 *               q = round(w / s), -2^(b-1) ..            q = round(w / s + z)
 *   TORCHAO     s as CT, at least 2^-23                  s the same, at least 2^-23, z as PLAIN
 *               q = round(w · (1 / s)), -2^(b-1) ..      q = round(w · (1 / s)) + z
 * </pre>
 *
 * Multiplying by the inverse is not dividing: on ties the codes of CT and TORCHAO differ.
 */
enum Convention {
    /** What SmoothQuant, bitsandbytes INT8, Q8_0 and llm-awq do: the largest magnitude is a code of its own. */
    PLAIN(""),
    /** compressed-tensors 0.x, as vLLM and llm-compressor use it. */
    CT("ct"),
    /** torchao, and torch's own fake_quantize. */
    TORCHAO("torchao");

    /** float32 machine epsilon: torchao's smallest scale, and what compressed-tensors puts for a scale of zero. */
    static final float EPSILON = 0x1p-23f;

    private final String word;

    Convention(String word) {
        this.word = word;
    }

    /** The option that asks for it; empty for the one that needs none. */
    String word() {
        return word;
    }

    boolean multipliesByInverse() {
        return this == TORCHAO;
    }

    /** Whether the zero point is added before rounding instead of after. */
    boolean roundsAfterZero() {
        return this == CT;
    }

    /** Smallest code of a format of so many bits. */
    int smallestCode(int bits, boolean symmetric) {
        return symmetric && this == PLAIN ? 1 - (1 << (bits - 1)) : -(1 << (bits - 1));
    }

    /** Scale for weights of which {@code absmax} is the largest magnitude, before it is stored. */
    float symmetricScale(float absmax, int bits) {
        return floor(absmax / (this == PLAIN ? (1 << (bits - 1)) - 1 : ((1 << bits) - 1) / 2f));
    }

    /** Scale for weights between {@code lo} (at most 0) and {@code hi} (at least 0), before it is stored. */
    float asymmetricScale(float lo, float hi, int bits) {
        return floor((hi - lo) / ((1 << bits) - 1));
    }

    /** Zero point: the code of the value 0. */
    int zeroPoint(float lo, float scale, int bits) {
        int qmin = -(1 << (bits - 1));
        if (scale == 0) {
            return 0;
        }
        float zero = this == CT ? (float) Math.rint(qmin - lo / scale) : qmin - (float) Math.rint(lo / scale);
        return (int) Math.clamp(zero, qmin, -qmin - 1);
    }

    private float floor(float scale) {
        return switch (this) {
            case PLAIN -> scale;
            case CT -> scale == 0 ? EPSILON : scale;
            case TORCHAO -> Math.max(scale, EPSILON);
        };
    }
}
