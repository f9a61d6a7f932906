/**
 * How fast formats are, as shares of the memory bandwidth and beside ggml's C functions, and how fast products and models
 * are, beside OpenBLAS and torch. Uses the library, JMH and, where they are, those three. Start reading at
 * {@link dev.nibble.tests.bench.Bench} and {@link dev.nibble.tests.bench.ModelBench}; {@code install/nibble bench} runs
 * them.
 */
package dev.nibble.tests.bench;
