package dev.nibble.format.packing;

/**
 * The bytes of {@code nvfp4-pack-quantized}: two four-bit codes of a row in a byte, the one of even index in the low
 * nibble.
 *
 * <pre>
 *   weight_packed   u8 [out, in / 2]
 * </pre>
 *
 * Source: compressed-tensors 0.20, pack_fp4_to_uint8; ModelOpt and torchao write the same.
 */
public final class NvFp4Packing {
    private NvFp4Packing() {}

    /**
     * weight_packed of some rows, which follow each other in the file as they do here.
     *
     * @param codes [rows, in], 0 .. 15
     * @throws IllegalArgumentException if {@code in} is odd
     */
    public static byte[] pack(byte[] codes, int rows, int in) {
        DenseWords.requireMultiple("inputs", in, 2);
        DenseWords.requireLength("codes", codes.length, rows, in);
        byte[] packed = new byte[codes.length / 2];
        Nibbles.BEST.pack(codes, 0, codes.length, false, packed, 0);
        return packed;
    }

    /** Codes [rows, in]. */
    public static byte[] unpack(byte[] packed, int rows, int in) {
        DenseWords.requireMultiple("inputs", in, 2);
        DenseWords.requireLength("weight_packed", packed.length, rows, in / 2);
        byte[] codes = new byte[Math.multiplyExact(rows, in)];
        Nibbles.BEST.unpack(packed, 0, codes.length, false, codes, 0);
        return codes;
    }
}
