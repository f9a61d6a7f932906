package dev.nibble.format.gguf;

import dev.nibble.compute.Provider;

/**
 * The encoders of block types that need no search. Stateless; arguments are trusted and finite, and of NVFP4 within
 * {@link NVFP4#largest()}.
 */
interface SmallKernels {
    /** What runs in this process. */
    SmallKernels BEST = Provider.choose(SmallKernels.class, new SmallScalar(), "dev.nibble.format.gguf.SmallVector");

    /** Blocks of 32 weights to 17 bytes each. */
    void mxfp4(float[] x, int from, int blocks, byte[] out, int at);

    /** Blocks of 64 weights to 36 bytes each. */
    void nvfp4(float[] x, int from, int blocks, byte[] out, int at);

    /** Blocks of 256 weights to 66 bytes each. */
    void tq2_0(float[] x, int from, int blocks, byte[] out, int at);

    /** Blocks of 128 weights to 18 bytes each. */
    void q1_0(float[] x, int from, int blocks, byte[] out, int at);

    /** Blocks of 64 weights to 18 bytes each. */
    void q2_0(float[] x, int from, int blocks, byte[] out, int at);

    /** Blocks of 256 weights to 54 bytes each. */
    void tq1_0(float[] x, int from, int blocks, byte[] out, int at);
}
