/**
 * How small integers lie in bytes and in the words of checkpoints, apart from what they mean: GPTQ, AWQ, HQQ,
 * compressed-tensors, nibbles, base-3 digits. It may use {@code core}, {@code tensor} and {@code compute}. Start reading
 * at {@link dev.nibble.format.packing.BitFields}, then {@link dev.nibble.format.packing.GptqPacking}.
 */
package dev.nibble.format.packing;
