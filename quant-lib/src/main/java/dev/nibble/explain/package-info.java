/**
 * Explanations of what others computed: on which grid the numbers of a tensor lie, and why two ways to quantize one
 * tensor chose different codes. May use {@code core}, {@code tensor}, {@code compute}, {@code format} and {@code
 * checkpoint}. Start reading at {@link dev.nibble.explain.Identify} and {@link dev.nibble.explain.Diff}.
 */
package dev.nibble.explain;
