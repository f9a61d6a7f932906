package dev.nibble.format.gguf;

import dev.nibble.compute.Provider;

/**
 * The searches of {@link ScaleSearch} for many runs of n weights that follow each other, and what comes after them.
 * Arguments are trusted.
 */
interface Searches {
    /** What runs in this process. */
    Searches BEST = Provider.choose(Searches.class, new SearchesScalar(null), "dev.nibble.format.gguf.SearchesVector");

    /** The same with room of its own that is made once; for one thread. */
    Searches own();

    /** {@link ScaleSearch#affine} of {@code count} runs; weights, from 0 on, in the order of the runs. */
    void affine(
            int n,
            ScaleSearch.Affine grid,
            int count,
            float[] x,
            int from,
            float[] weights,
            float[] scales,
            float[] mins,
            float[] inverses,
            float[] origins);

    /** {@link ScaleSearch#symmetric} of {@code count} runs; weights, from {@code weightsFrom} on, or null. */
    void symmetric(
            int n,
            int nmax,
            int count,
            float[] x,
            int from,
            float[] weights,
            int weightsFrom,
            float[] scales,
            float[] inverses);

    /** {@link ScaleSearch#descent} of {@code count} runs, without their codes. */
    void descent(int n, int nmax, int count, float[] x, int from, float[] scales);

    /** The low bytes of all codes; their number is a multiple of 64. */
    void narrow(int[] codes, byte[] bytes);

    /**
     * Codes on the grids that were chosen: (x + add) / divisor, rounded to nearest, ties to even, clamped to
     * {@code low..high}, plus {@code offset}. A run whose divisor is 0 keeps the codes that it has.
     *
     * @param adds one per run
     * @param divisors one per run
     * @param codes of {@code count} runs, from 0 on
     */
    void round(
            int n,
            int count,
            float[] x,
            int from,
            float[] adds,
            float[] divisors,
            int low,
            int high,
            int offset,
            int[] codes);
}
