/**
 * Which implementation of the numeric loops runs on this machine, scalar or Vector API, and the reductions that every
 * format needs. It may use {@code core} and {@code tensor}; beside the {@code …Vector} codecs of {@code format} it is
 * the only place that touches the Vector API. Start reading at {@link dev.nibble.compute.Provider}.
 */
package dev.nibble.compute;
