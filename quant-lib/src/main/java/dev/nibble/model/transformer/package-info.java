/**
 * Decoder-only transformers in float32: what a model's file says about its shape, the names of its weights by family, and
 * the arithmetic. Uses core, tensor, compute, format and checkpoint. Start reading at
 * {@link dev.nibble.model.transformer.TransformerConfig} and {@link dev.nibble.model.transformer.Family}.
 */
package dev.nibble.model.transformer;
