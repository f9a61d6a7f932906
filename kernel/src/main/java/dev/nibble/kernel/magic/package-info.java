/**
 * Magics: lines that begin with {@code %} and cells that begin with {@code %%}. May use {@code jshell}, {@code cell},
 * {@code display} and {@code spi}; a magic of the kernel's own is one class, found by {@link java.util.ServiceLoader},
 * and those of other people come through {@code spi}. Start reading at {@link dev.nibble.kernel.magic.Magic}.
 */
package dev.nibble.kernel.magic;
