package dev.nibble.model.tokenizer;

import java.util.OptionalInt;

/** Turns text into tokens and tokens into text. Thread-safe. */
public interface Tokenizer {
    /** What it is and where it comes from, a few words: "byte-level BPE, 49,152 tokens, tokenizer.json". */
    String describe();

    /**
     * The same for two tokenizers if and only if they cut every text alike: a hash of vocabulary and rules. Results over
     * tokens of different identities can not be compared.
     */
    String identity();

    /** One more than the largest token. */
    int vocabulary();

    /**
     * The tokens of a text, all of it, with none added in front or behind.
     *
     * @param special whether text that spells a special token, as {@code <|im_start|>}, becomes that token
     * @throws IllegalArgumentException if the text has an unpaired surrogate
     */
    int[] encode(String text, boolean special);

    /** {@link #encode(String, boolean)} with special tokens read as such. */
    default int[] encode(String text) {
        return encode(text, true);
    }

    /**
     * The text of tokens; bytes that are no UTF-8 become U+FFFD. Special tokens are spelled out.
     *
     * @throws IllegalArgumentException if a token is not in the vocabulary
     */
    String decode(int... tokens);

    /**
     * The bytes that a token stands for inside a text; of a special token its spelling.
     *
     * @throws IllegalArgumentException if it is not in the vocabulary
     */
    byte[] bytes(int token);

    /** The token that begins a text, if the model has one. */
    OptionalInt bos();

    /** The token that ends a text, if the model has one. */
    OptionalInt eos();

    /** Whether the model expects {@link #bos} in front of every text. */
    boolean addsBos();
}
