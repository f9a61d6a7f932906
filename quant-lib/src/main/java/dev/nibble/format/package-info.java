/**
 * Number formats: how a block of real values becomes packed codes and scales, and back. It may use {@code core},
 * {@code tensor} and {@code compute}; a new format is one class here and one line in {@link
 * dev.nibble.format.Formats}. Start reading at {@link dev.nibble.format.Format} and {@link
 * dev.nibble.format.Quantized}.
 */
package dev.nibble.format;
