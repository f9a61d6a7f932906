package dev.nibble.format.integer;

import dev.nibble.compute.Provider;

/** Fields of a run of weights, group after group, and back. Stateless; arguments are trusted and finite. */
interface IntegerKernels {
    /** What runs in this process. */
    IntegerKernels BEST =
            Provider.choose(IntegerKernels.class, new IntegerScalar(), "dev.nibble.format.integer.IntegerVector");

    /**
     * Fields of {@code x[from .. from + count)} to {@code q[at ..)}, as bytes.
     *
     * <pre>
     *   divide     field = clamp(round((x - sub) / by + add) + outside)
     *   multiply   field = clamp(round((x - sub) · by + add) + outside)
     * </pre>
     *
     * Clamped to {@code grid.fieldMin .. grid.fieldMax}, however far away; where {@code by} is 0 or infinite,
     * clamp(round(add) + outside).
     *
     * @param group the run's first group
     * @param left weights of the run that belong to it; more than {@code count} if the run ends in it
     */
    void encode(float[] x, int from, int count, Grid grid, int group, int left, byte[] q, int at);

    /**
     * Values ((field - a) · s) · factor + b of {@code q[from .. from + count)} to {@code y[at ..)}; fields are signed
     * bytes masked with {@code grid.mask}.
     */
    void decode(byte[] q, int from, int count, Grid grid, int group, int left, float[] y, int at);

    /**
     * Sum of |decoded - x|^2.4 over weights of one group of the grid, in float32 over sixteen lanes that are added up as
     * a tree.
     */
    float error(float[] x, int from, int count, Grid grid, int group);
}
