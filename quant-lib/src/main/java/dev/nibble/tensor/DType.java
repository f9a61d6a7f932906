package dev.nibble.tensor;

/**
 * How the numbers of a tensor are stored: a plain number type, or a block of several numbers with their scale. The
 * names are those of the files; ids, block sizes and bytes follow the GGUF and safetensors specifications.
 */
public enum DType {
    F32(1, 4),
    F16(1, 2),
    BF16(1, 2),
    F64(1, 8),
    I8(1, 1),
    I16(1, 2),
    I32(1, 4),
    I64(1, 8),
    U8(1, 1),
    U16(1, 2),
    U32(1, 4),
    U64(1, 8),
    BOOL(1, 1),
    C64(1, 8),
    F8_E4M3(1, 1),
    F8_E5M2(1, 1),
    F8_E8M0(1, 1),
    F8_E4M3FNUZ(1, 1),
    F8_E5M2FNUZ(1, 1),
    /** Six-bit floats: four in three bytes. */
    F6_E2M3(4, 3),
    F6_E3M2(4, 3),
    /** Four-bit floats: two in one byte. */
    F4(2, 1),
    Q4_0(32, 18),
    Q4_1(32, 20),
    Q5_0(32, 22),
    Q5_1(32, 24),
    Q8_0(32, 34),
    Q8_1(32, 36),
    Q2_K(256, 84),
    Q3_K(256, 110),
    Q4_K(256, 144),
    Q5_K(256, 176),
    Q6_K(256, 210),
    Q8_K(256, 292),
    IQ2_XXS(256, 66),
    IQ2_XS(256, 74),
    IQ3_XXS(256, 98),
    IQ1_S(256, 50),
    IQ4_NL(32, 18),
    IQ3_S(256, 110),
    IQ2_S(256, 82),
    IQ4_XS(256, 136),
    IQ1_M(256, 56),
    TQ1_0(256, 54),
    TQ2_0(256, 66),
    MXFP4(32, 17),
    NVFP4(64, 36),
    Q1_0(128, 18),
    Q2_0(64, 18);

    private final int blockSize;
    private final int blockBytes;

    DType(int blockSize, int blockBytes) {
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** Numbers in one block; 1 for plain number types. */
    public int blockSize() {
        return blockSize;
    }

    /** Bytes of one block. */
    public int blockBytes() {
        return blockBytes;
    }

    /**
     * Bytes of {@code count} numbers.
     *
     * @throws ArithmeticException if the product does not fit a long
     * @throws IllegalArgumentException if {@code count} is negative or does not fill whole blocks
     */
    public long bytes(long count) {
        if (count < 0 || count % blockSize != 0) {
            throw new IllegalArgumentException(
                    count + " numbers do not fill whole " + this + " blocks of " + blockSize);
        }
        return Math.multiplyExact(count / blockSize, (long) blockBytes);
    }
}
