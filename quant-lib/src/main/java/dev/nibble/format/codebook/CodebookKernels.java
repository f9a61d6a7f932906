package dev.nibble.format.codebook;

import dev.nibble.compute.Provider;

/** Codes of one block of weights that share a scale. Stateless; arguments are trusted. */
interface CodebookKernels {
    /** What runs in this process. */
    CodebookKernels BEST =
            Provider.choose(CodebookKernels.class, new CodebookScalar(), "dev.nibble.format.codebook.CodebookVector");

    /**
     * Ranks of {@code x[from .. from + count)} times {@code inverse} to {@code ranks[at ..)}; 0 of what is not a number.
     */
    void encode(float[] x, int from, int count, float inverse, Codebook book, byte[] ranks, int at);

    /**
     * The same for {@code count} whole blocks of {@code block} weights, block k times {@code inverses[first + k]}.
     */
    void encode(
            float[] x,
            int from,
            int count,
            int block,
            float[] inverses,
            int first,
            Codebook book,
            byte[] ranks,
            int at);

    /** Replaces {@code codes[from .. from + count)}, each 0..15, by {@code table[code]}; the table has 16 entries. */
    void translate(byte[] codes, int from, int count, byte[] table);

    /**
     * Values {@code table[code] · scale} of {@code codes[from .. from + count)} to {@code y[at ..)}.
     *
     * @param bits 1 to 8: codes are unsigned and below 2^bits
     */
    void decode(byte[] codes, int from, int count, float scale, float[] table, int bits, float[] y, int at);
}
