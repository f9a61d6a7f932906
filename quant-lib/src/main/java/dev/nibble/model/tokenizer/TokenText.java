package dev.nibble.model.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns tokens that come one by one into text. A character whose bytes are spread over several tokens is held back until
 * its last one is there; bytes that are no UTF-8 become U+FFFD. Everything told, put together, is what
 * {@link Tokenizer#decode} gives for all tokens at once, but for the space that some tokenizers put in front of a text:
 * tokens here continue one, so it stays. Not thread-safe.
 */
public final class TokenText {
    /** Bytes that can be held back: the longest character of UTF-8 has four. */
    private static final int MOST_HELD = 4;

    private final Tokenizer tokenizer;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final StringBuilder all = new StringBuilder();
    private byte[] held = new byte[0];

    /** @param tokenizer whose tokens come */
    public TokenText(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Takes the next token.
     *
     * @return the text that is complete with it, often empty
     * @throws IllegalArgumentException if it is not in the vocabulary
     */
    public String add(int token) {
        return decode(tokenizer.bytes(token), false);
    }

    /** Ends the text: what was held back is told as U+FFFD. After this a new text may begin. */
    public String end() {
        String rest = decode(new byte[0], true);
        decoder.reset();
        return rest;
    }

    /** Everything told so far. */
    @Override
    public String toString() {
        return all.toString();
    }

    private String decode(byte[] next, boolean last) {
        ByteBuffer bytes = ByteBuffer.allocate(held.length + next.length)
                .put(held)
                .put(next)
                .flip();
        CharBuffer text = CharBuffer.allocate(bytes.remaining() + MOST_HELD);
        decoder.decode(bytes, text, last);
        if (last) {
            decoder.flush(text);
        }
        held = new byte[bytes.remaining()];
        bytes.get(held);
        String told = text.flip().toString();
        all.append(told);
        return told;
    }
}
