/**
 * Uniform integer formats of 2 to 8 bits, symmetric and asymmetric, per row or per group, under named conventions. It
 * may use {@code format} and what lies below it. Start reading at {@link dev.nibble.format.integer.IntegerScalar}, the
 * definition, then {@link dev.nibble.format.integer.IntegerFormat}.
 */
package dev.nibble.format.integer;
