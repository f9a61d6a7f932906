package dev.nibble.format.minifloat;

import dev.nibble.compute.Provider;

/**
 * Codes of a run of weights of one row, of element types of up to 8 bits, and the two of 16. Stateless; arguments are
 * trusted, weights finite.
 */
interface MinifloatKernels {
    /** What runs in this process. */
    MinifloatKernels BEST = Provider.choose(
            MinifloatKernels.class, new MinifloatScalar(), "dev.nibble.format.minifloat.MinifloatVector");

    /**
     * The groups that the run lies in.
     *
     * @param first weights of the run that belong to the first group
     * @param size weights of every other
     * @param factors what the weights of each group are multiplied with or divided by; 0: all its codes are 0
     * @param at which of {@code factors} belongs to the first group
     */
    record Groups(int first, int size, float[] factors, int at) {}

    /**
     * Codes of {@code x[from .. from + count)} times or over the factor of their group, to {@code codes[at ..)}, one a
     * byte.
     *
     * @param divide whether they are divided by it; always so for elements whose ties do not go to even or whose zeros do
     *     not keep their sign, and either way if the factors are powers of two
     */
    void encode(float[] x, int from, int count, Groups groups, boolean divide, FloatElement e, byte[] codes, int at);

    /** Values of {@code codes[from .. from + count)} times the factor of their group, to {@code y[at ..)}. */
    void decode(byte[] codes, int from, int count, Groups groups, FloatElement e, float[] y, int at);

    /** The nearest float16 of each weight, which is finite, little-endian, to the bytes from {@code at} on. */
    void encodeFp16(float[] x, int from, int count, byte[] out, int at);

    /** The numbers of {@code count} float16. */
    void decodeFp16(byte[] in, int from, int count, float[] y, int at);

    /** The nearest bfloat16 of each weight, which is finite, little-endian, to the bytes from {@code at} on. */
    void encodeBf16(float[] x, int from, int count, byte[] out, int at);

    /** The numbers of {@code count} bfloat16. */
    void decodeBf16(byte[] in, int from, int count, float[] y, int at);
}
