/**
 * The block layouts of GGUF tensors, one class each. It may use {@code format} and what lies below it. Start reading at
 * {@link dev.nibble.format.gguf.Q4_0}, the simplest.
 */
package dev.nibble.format.gguf;
