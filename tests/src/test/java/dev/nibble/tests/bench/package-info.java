/**
 * How fast formats are, as shares of the memory bandwidth and beside ggml's C functions. Uses the library, JMH and, where
 * it was built, ggml. Start reading at {@link dev.nibble.tests.bench.Bench}; {@code install/nibble bench} runs it.
 */
package dev.nibble.tests.bench;
