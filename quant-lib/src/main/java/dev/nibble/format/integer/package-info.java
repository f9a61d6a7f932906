/**
 * Uniform integer formats of 1 to 8 bits under the rules of named libraries, with their searches for a range or a zero,
 * and what the binary and ternary formats share with them. It may use {@code format}, {@code format.packing} and what
 * lies below. Start reading at {@link dev.nibble.format.integer.AffineRule}, the definition, {@link
 * dev.nibble.format.integer.Preset}, whose rules there are, and {@link dev.nibble.format.integer.IntegerFormat}.
 */
package dev.nibble.format.integer;
