package dev.nibble.format.codebook;

import dev.nibble.core.Trace;

/**
 * A trace's step: the scales of up to 256 blocks were themselves quantized (double quantization). A scale is stored as
 * the code of {@code (absmax - offset) / nested} and read as {@code map[code] · nested + offset}.
 *
 * @param block the first of the blocks
 * @param offset mean of all scales of the tensor
 * @param nested largest magnitude of {@code absmax - offset} among these blocks
 * @param absmax the scales as computed
 * @param codes what is stored for them, unsigned
 * @param stored what is read back
 */
public record ScalesQuantized(int block, float offset, float nested, float[] absmax, byte[] codes, float[] stored)
        implements Trace.Step {}
