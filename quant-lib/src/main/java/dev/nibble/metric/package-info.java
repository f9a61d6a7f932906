/**
 * What quantization does to a language model: perplexity under named protocols, divergence from a baseline, answers that
 * change, text that drifts, each with its uncertainty. Uses core, tensor, compute, checkpoint and model. Start reading at
 * {@link dev.nibble.metric.Evaluation}, and then at {@link dev.nibble.metric.Divergence}.
 */
package dev.nibble.metric;
