package dev.nibble.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** How a vocabulary spells the bytes that a token stands for. */
enum Spelling {
    /** Every byte is one printable character: those of GPT-2, of which "Ġ" is the space. */
    BYTE_LEVEL("byte-level ") {
        @Override
        byte[] bytes(String piece) {
            byte[] bytes = new byte[piece.length()];
            for (int i = 0; i < bytes.length; i++) {
                int value = piece.charAt(i) < BYTE.length ? BYTE[piece.charAt(i)] : -1;
                if (value < 0) {
                    return piece.getBytes(StandardCharsets.UTF_8);
                }
                bytes[i] = (byte) value;
            }
            return bytes;
        }
    },

    /** SentencePiece: "▁" is the space, and {@code <0x0A>} is one byte. */
    SENTENCE_PIECE("SentencePiece ") {
        @Override
        byte[] bytes(String piece) {
            int value = byteValue(piece);
            return value >= 0
                    ? new byte[] {(byte) value}
                    : piece.replace('\u2581', ' ').getBytes(StandardCharsets.UTF_8);
        }
    },

    /** A token is its own text. */
    PLAIN("") {
        @Override
        byte[] bytes(String piece) {
            return piece.getBytes(StandardCharsets.UTF_8);
        }
    };

    private static final int BYTES = 256;

    /** The byte of a character of a byte-level vocabulary; -1 for characters that stand for none. */
    private static final int[] BYTE = byteOfCharacter();

    private final String words;

    Spelling(String words) {
        this.words = words;
    }

    /** What to say in front of "BPE". */
    String words() {
        return words;
    }

    /** The bytes of a token that the model's own vocabulary spells like this. */
    abstract byte[] bytes(String piece);

    /** The byte that {@code <0x0A>} spells, upper-case hexadecimal; -1 for every other text. */
    static int byteValue(String piece) {
        if (piece.length() != 6 || !piece.startsWith("<0x") || piece.charAt(5) != '>') {
            return -1;
        }
        int high = "0123456789ABCDEF".indexOf(piece.charAt(3));
        int low = "0123456789ABCDEF".indexOf(piece.charAt(4));
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /**
     * Printable bytes of Latin-1 stand for themselves; the other 68, in order, are the characters from U+0100 on
     * (bytes_to_unicode in GPT-2's encoder.py).
     */
    private static int[] byteOfCharacter() {
        int[] table = new int[BYTES + 68];
        Arrays.fill(table, -1);
        int next = BYTES;
        for (int b = 0; b < BYTES; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
            table[printable ? b : next++] = b;
        }
        return table;
    }
}
