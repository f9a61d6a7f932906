/**
 * Real numbers in memory and on disk: {@link dev.nibble.tensor.Matrix}, number types, memory-mapped files, seeded
 * generators, and the arithmetic of errors and statistics. It may use {@code core} only. Start reading at {@link
 * dev.nibble.tensor.Matrix}, then {@link dev.nibble.tensor.ErrorStatistics}.
 */
package dev.nibble.tensor;
