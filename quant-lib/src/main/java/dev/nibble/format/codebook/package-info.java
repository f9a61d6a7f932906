/**
 * Formats whose codes are indices into a table of sixteen values, one scale per block. It may use {@code format} and
 * what lies below it. Start reading at {@link dev.nibble.format.codebook.CodebookScalar}, the definition, then {@link
 * dev.nibble.format.codebook.Nf4}.
 */
package dev.nibble.format.codebook;
