/**
 * Magics: lines that begin with {@code %} and cells that begin with {@code %%}. May use {@code jshell}, {@code cell} and
 * {@code display}; a magic is one class, found by {@link java.util.ServiceLoader}. Start reading at
 * {@link dev.nibble.kernel.magic.Magic}.
 */
package dev.nibble.kernel.magic;
