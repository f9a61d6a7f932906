package dev.nibble.format.integer;

import dev.nibble.compute.Provider;

/** Codes of one group of weights that share a scale. Stateless; arguments are trusted and finite. */
interface IntegerKernels {
    /** What runs in this process. */
    IntegerKernels BEST =
            Provider.choose(IntegerKernels.class, new IntegerScalar(), "dev.nibble.format.integer.IntegerVector");

    /**
     * How a group is rounded.
     *
     * @param scale positive; {@code |x / scale|} stays under 2^21
     * @param zero zero point
     * @param inverse multiply by 1 / scale instead of dividing
     * @param zeroInside add the zero point before rounding
     * @param qmin smallest code
     * @param qmax largest code
     */
    record Grid(float scale, int zero, boolean inverse, boolean zeroInside, int qmin, int qmax) {}

    /** Codes of {@code x[from .. from + count)} to {@code q[at ..)}, signed bytes. */
    void encode(float[] x, int from, int count, Grid grid, byte[] q, int at);

    /** Values (q - zero) · scale of {@code q[from .. from + count)} to {@code y[at ..)}. */
    void decode(byte[] q, int from, int count, float scale, int zero, float[] y, int at);
}
