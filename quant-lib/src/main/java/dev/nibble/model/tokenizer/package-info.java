/**
 * Tokenizers: text to numbers and back, exactly as the software that trained a model does it. Uses core, tensor and
 * checkpoint. Start reading at {@link dev.nibble.model.tokenizer.Tokenizer}.
 */
package dev.nibble.model.tokenizer;
