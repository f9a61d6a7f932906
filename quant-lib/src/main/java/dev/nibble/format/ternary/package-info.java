/**
 * Weights of one bit and of three values: a sign or a trit, and a scale that is the mean magnitude. It may use {@code
 * format}, {@code format.integer} and {@code format.packing}, whose engine it runs on. Start reading at {@link
 * dev.nibble.format.ternary.TernaryFormat}.
 */
package dev.nibble.format.ternary;
