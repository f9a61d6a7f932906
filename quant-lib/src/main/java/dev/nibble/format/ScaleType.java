package dev.nibble.format;

import dev.nibble.format.minifloat.Minifloat;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Locale;

/** How a scale is stored. Formats compute codes from the scale that was stored, not from the one that was meant. */
public enum ScaleType {
    F16("f16", "float16", 2, 0x1p-11f, 0x1p-25),
    BF16("bf16", "bfloat16", 2, 0x1p-8f, 0x1p-134),
    F32("f32", "float32", 4, 0x1p-24f, 0x1p-150);

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private final String word;
    private final String fullName;
    private final int bytes;
    private final float relative;
    private final double absolute;

    ScaleType(String word, String fullName, int bytes, float relative, double absolute) {
        this.word = word;
        this.fullName = fullName;
        this.bytes = bytes;
        this.relative = relative;
        this.absolute = absolute;
    }

    /** The option that asks for it in a recipe. */
    public String word() {
        return word;
    }

    /** "float16". */
    public String fullName() {
        return fullName;
    }

    /** Bytes of one scale. */
    public int bytes() {
        return bytes;
    }

    /** The type that a word asks for. */
    public static ScaleType of(String word) {
        for (ScaleType type : values()) {
            if (type.word.equals(word)) {
                return type;
            }
        }
        throw new IllegalArgumentException("\"" + word + "\" is no scale type; expected f16, bf16 or f32");
    }

    /** The nearest storable number, ties to even; infinite if it is too large. */
    public float round(float scale) {
        return switch (this) {
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(scale));
            case BF16 -> Float.intBitsToFloat(Minifloat.bfloat16(scale) << 16);
            case F32 -> scale;
        };
    }

    /** How far the stored scale may lie from the one that was meant: half a unit in the last place, or of the subnormals. */
    public double halfUnit(float stored) {
        return Math.max((double) relative * stored, absolute);
    }

    /**
     * An empty store for {@code count} scales, little-endian.
     *
     * @throws IllegalArgumentException if one array does not hold them
     */
    public byte[] store(int count) {
        if (count > (Integer.MAX_VALUE - 8) / bytes) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%,d %s scales are more than one array holds; let more weights share a scale",
                    count,
                    fullName));
        }
        return new byte[count * bytes];
    }

    /** Writes scale {@code index}. */
    public void put(byte[] store, int index, float scale) {
        switch (this) {
            case F16 -> SHORTS.set(store, index * 2, Float.floatToFloat16(scale));
            case BF16 -> SHORTS.set(store, index * 2, (short) Minifloat.bfloat16(scale));
            case F32 -> FLOATS.set(store, index * 4, scale);
        }
    }

    /** Reads scale {@code index}. */
    public float get(byte[] store, int index) {
        return switch (this) {
            case F16 -> Float.float16ToFloat((short) SHORTS.get(store, index * 2));
            case BF16 -> Float.intBitsToFloat((short) SHORTS.get(store, index * 2) << 16);
            case F32 -> (float) FLOATS.get(store, index * 4);
        };
    }
}
