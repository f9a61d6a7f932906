package dev.nibble.format.gguf;

/** The definition of {@link SmallKernels}: what the codecs choose, packed. */
final class SmallScalar implements SmallKernels {
    @Override
    public void mxfp4(float[] x, int from, int blocks, byte[] out, int at) {
        encode(new MXFP4(), x, from, blocks, out, at);
    }

    @Override
    public void nvfp4(float[] x, int from, int blocks, byte[] out, int at) {
        encode(new NVFP4(), x, from, blocks, out, at);
    }

    @Override
    public void tq2_0(float[] x, int from, int blocks, byte[] out, int at) {
        encode(new TQ2_0(), x, from, blocks, out, at);
    }

    @Override
    public void q1_0(float[] x, int from, int blocks, byte[] out, int at) {
        encode(new Q1_0(), x, from, blocks, out, at);
    }

    @Override
    public void q2_0(float[] x, int from, int blocks, byte[] out, int at) {
        encode(new Q2_0(), x, from, blocks, out, at);
    }

    @Override
    public void tq1_0(float[] x, int from, int blocks, byte[] out, int at) {
        encode(new TQ1_0(), x, from, blocks, out, at);
    }

    private static void encode(ChoosingCodec codec, float[] x, int from, int blocks, byte[] out, int at) {
        Choice choice = codec.newChoice();
        int size = codec.type().blockSize();
        int bytes = codec.type().blockBytes();
        for (int b = 0; b < blocks; b++) {
            codec.choose(x, from + b * size, RowContext.NONE, 0, choice, null);
            codec.pack(choice, out, at + b * bytes);
        }
    }
}
