package dev.nibble.format.codebook;

import dev.nibble.compute.Provider;

/** Codes of one block of weights that share a scale. Stateless; arguments are trusted and finite. */
interface CodebookKernels {
    /** What runs in this process. */
    CodebookKernels BEST =
            Provider.choose(CodebookKernels.class, new CodebookScalar(), "dev.nibble.format.codebook.CodebookVector");

    /** Codes, 0..15, of {@code x[from .. from + count)} times {@code inverse}, to {@code codes[at ..)}. */
    void encode(float[] x, int from, int count, float inverse, float[] boundaries, byte[] codes, int at);

    /** Values {@code table[code] · scale} of {@code codes[from .. from + count)} to {@code y[at ..)}. */
    void decode(byte[] codes, int from, int count, float scale, float[] table, float[] y, int at);
}
