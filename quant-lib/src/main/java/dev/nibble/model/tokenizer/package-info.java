/**
 * Tokenizers: text to numbers and back, exactly as the software that trained a model does it. Uses core, tensor,
 * checkpoint, and of model where fetched things are kept. Start reading at {@link dev.nibble.model.tokenizer.Tokenizer} and
 * {@link dev.nibble.model.tokenizer.Tokenizers}.
 */
package dev.nibble.model.tokenizer;
