/**
 * Model files: safetensors and GGUF, read through one bounds-checked cursor over a memory-mapped file. It may use
 * everything below it, {@code format} included, whose block codecs decode quantized tensors. Start reading at {@link
 * dev.nibble.checkpoint.Checkpoint}.
 */
package dev.nibble.checkpoint;
