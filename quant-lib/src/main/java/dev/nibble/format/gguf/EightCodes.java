package dev.nibble.format.gguf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Eight codes of a byte each in one long, the first in its lowest byte: what packing does to one it does to all. */
final class EightCodes {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** A one in every byte. */
    private static final long ONES = 0x0101010101010101L;

    private EightCodes() {}

    /** The bits {@code shift .. shift + bits} of the codes from {@code i} on, moved down to bit 0 of each byte. */
    static long bits(byte[] codes, int i, int shift, int bits) {
        return (long) LONGS.get(codes, i) >>> shift & ONES * ((1 << bits) - 1);
    }

    /** Of eight codes from {@code i} on bit {@code shift} as bit 0, of those 32 further on as bit 1, and so on to bit 7. */
    static long plane(byte[] codes, int i, int shift) {
        return bits(codes, i, shift, 1)
                | bits(codes, i + 32, shift, 1) << 1
                | bits(codes, i + 64, shift, 1) << 2
                | bits(codes, i + 96, shift, 1) << 3
                | bits(codes, i + 128, shift, 1) << 4
                | bits(codes, i + 160, shift, 1) << 5
                | bits(codes, i + 192, shift, 1) << 6
                | bits(codes, i + 224, shift, 1) << 7;
    }

    /** Writes eight bytes. */
    static void put(byte[] out, int at, long bytes) {
        LONGS.set(out, at, bytes);
    }
}
