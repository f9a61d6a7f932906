package dev.nibble.format.integer;

import dev.nibble.compute.Provider;

/** Codes of a run of weights, group after group of one row. Stateless; arguments are trusted and finite. */
interface IntegerKernels {
    /** What runs in this process. */
    IntegerKernels BEST =
            Provider.choose(IntegerKernels.class, new IntegerScalar(), "dev.nibble.format.integer.IntegerVector");

    /**
     * How weights are rounded.
     *
     * @param inverse multiply by 1 / scale instead of dividing
     * @param zeroInside add the zero point before rounding
     * @param qmin smallest code
     * @param qmax largest code
     */
    record Rule(boolean inverse, boolean zeroInside, int qmin, int qmax) {}

    /**
     * The groups that a run lies in. A run may begin inside a group and end inside one.
     *
     * @param first weights of the run that belong to its first group
     * @param size weights of each further group; the run may end before the last one does
     * @param scales of the groups from the run's first on, not negative; {@code |x / scale|} stays under 2^21
     * @param zeros their zero points
     */
    record Groups(int first, int size, float[] scales, byte[] zeros) {}

    /** Codes of {@code x[from .. from + count)} to {@code q[at ..)}, signed bytes; the zero point where the scale is 0. */
    void encode(float[] x, int from, int count, Groups groups, Rule rule, byte[] q, int at);

    /** Values (q - zero) · scale of {@code q[from .. from + count)} to {@code y[at ..)}. */
    void decode(byte[] q, int from, int count, Groups groups, float[] y, int at);
}
