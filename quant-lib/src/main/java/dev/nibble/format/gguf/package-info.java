/**
 * The block types of GGUF: how blocks of weights become the bytes that ggml writes, and back, one class each, and the
 * one {@link dev.nibble.format.Format} that is made of any of them. It may use {@code format} and what lies below it.
 * Start reading at {@link dev.nibble.format.gguf.BlockCodec}, then at {@code Q4_0}, the simplest.
 */
package dev.nibble.format.gguf;
