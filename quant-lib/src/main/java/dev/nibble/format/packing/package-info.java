/**
 * How small integers lie in bytes, apart from what they mean. It may use {@code core}, {@code tensor} and {@code
 * compute}. Start reading at {@link dev.nibble.format.packing.BitFields}.
 */
package dev.nibble.format.packing;
