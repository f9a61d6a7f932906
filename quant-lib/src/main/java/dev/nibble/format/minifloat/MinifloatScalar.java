package dev.nibble.format.minifloat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The specification of {@link MinifloatKernels}: one weight after the other, through {@link FloatElement#code}. */
final class MinifloatScalar implements MinifloatKernels {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    @Override
    public void encode(
            float[] x, int from, int count, Groups groups, boolean divide, FloatElement e, byte[] codes, int at) {
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = groups.at(); i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            encode(x, from + i, end - i, groups.factors()[g], divide, e, codes, at + i);
        }
    }

    /** Codes of weights of one group. */
    static void encode(
            float[] x, int from, int count, float factor, boolean divide, FloatElement e, byte[] codes, int at) {
        if (factor == 0) {
            Arrays.fill(codes, at, at + count, (byte) 0);
            return;
        }
        for (int i = 0; i < count; i++) {
            codes[at + i] = (byte) e.code(divide ? x[from + i] / factor : x[from + i] * factor);
        }
    }

    @Override
    public void decode(byte[] codes, int from, int count, Groups groups, FloatElement e, float[] y, int at) {
        int i = 0;
        int end = Math.min(count, groups.first());
        for (int g = groups.at(); i < count; g++, i = end, end += Math.min(groups.size(), count - end)) {
            decode(codes, from + i, end - i, groups.factors()[g], e, y, at + i);
        }
    }

    /** Values of codes of one group. */
    static void decode(byte[] codes, int from, int count, float factor, FloatElement e, float[] y, int at) {
        for (int i = 0; i < count; i++) {
            y[at + i] = e.value(codes[from + i] & 0xff) * factor;
        }
    }

    @Override
    public void encodeFp16(float[] x, int from, int count, byte[] out, int at) {
        for (int i = 0; i < count; i++) {
            SHORTS.set(out, at + 2 * i, Float.floatToFloat16(x[from + i]));
        }
    }

    @Override
    public void decodeFp16(byte[] in, int from, int count, float[] y, int at) {
        for (int i = 0; i < count; i++) {
            y[at + i] = Float.float16ToFloat((short) SHORTS.get(in, from + 2 * i));
        }
    }

    @Override
    public void encodeBf16(float[] x, int from, int count, byte[] out, int at) {
        for (int i = 0; i < count; i++) {
            SHORTS.set(out, at + 2 * i, (short) Minifloat.bfloat16(x[from + i]));
        }
    }

    @Override
    public void decodeBf16(byte[] in, int from, int count, float[] y, int at) {
        for (int i = 0; i < count; i++) {
            y[at + i] = Float.intBitsToFloat((short) SHORTS.get(in, from + 2 * i) << 16);
        }
    }
}
