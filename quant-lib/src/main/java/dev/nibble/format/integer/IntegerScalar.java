package dev.nibble.format.integer;

import java.util.Arrays;

/**
 * Uniform quantization, as defined: a weight becomes the nearest multiple of the scale, ties to even.
 *
 * <pre>
 *   code  = clamp(round(w / scale) + zero, qmin, qmax)
 *   value = (code - zero) · scale
 * </pre>
 */
final class IntegerScalar implements IntegerKernels {
    @Override
    public void encode(float[] x, int from, int count, Groups groups, Rule rule, byte[] q, int at) {
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = 0; i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            encode(x, from + i, end - i, groups.scales()[g], groups.zeros()[g], rule, q, at + i);
        }
    }

    /** Codes of weights of one group. */
    static void encode(float[] x, int from, int count, float scale, byte zero, Rule rule, byte[] q, int at) {
        if (scale == 0) {
            Arrays.fill(q, at, at + count, zero);
            return;
        }
        float inside = rule.zeroInside() ? zero : 0;
        int outside = rule.zeroInside() ? 0 : zero;
        if (rule.inverse()) {
            float inverse = 1 / scale;
            for (int i = 0; i < count; i++) {
                q[at + i] = code(x[from + i] * inverse, inside, outside, rule);
            }
        } else {
            for (int i = 0; i < count; i++) {
                q[at + i] = code(x[from + i] / scale, inside, outside, rule);
            }
        }
    }

    private static byte code(float ratio, float inside, int outside, Rule rule) {
        return (byte) Math.clamp((int) Math.rint(ratio + inside) + outside, rule.qmin(), rule.qmax());
    }

    @Override
    public void decode(byte[] q, int from, int count, Groups groups, float[] y, int at) {
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = 0; i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            decode(q, from + i, end - i, groups.scales()[g], groups.zeros()[g], y, at + i);
        }
    }

    /** Values of codes of one group. */
    static void decode(byte[] q, int from, int count, float scale, byte zero, float[] y, int at) {
        for (int i = 0; i < count; i++) {
            y[at + i] = (q[from + i] - zero) * scale;
        }
    }
}
