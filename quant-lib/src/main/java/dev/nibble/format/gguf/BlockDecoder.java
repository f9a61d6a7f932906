package dev.nibble.format.gguf;

import dev.nibble.tensor.DType;

/** Reads blocks of one GGUF type to float32, with the operations of ggml in their order: the same bits. */
public interface BlockDecoder {
    /** The type it reads; its block size and bytes are {@link DType#blockSize()} and {@link DType#blockBytes()}. */
    DType type();

    /**
     * Decodes {@code blocks} blocks from {@code in[at ..)} to {@code out[to ..)}. Arguments are trusted.
     */
    void decode(byte[] in, int at, int blocks, float[] out, int to);
}
