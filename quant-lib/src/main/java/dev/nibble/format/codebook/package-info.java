/**
 * Formats whose codes are indices into a table of values: published tables with one scale per block, and tables fitted to
 * the weights. It may use {@code format}, {@code format.packing} and what lies below. Start reading at {@link
 * dev.nibble.format.codebook.CodebookScalar}, the definition, then {@link dev.nibble.format.codebook.CodebookFormat} and
 * {@link dev.nibble.format.codebook.Nf4}.
 */
package dev.nibble.format.codebook;
