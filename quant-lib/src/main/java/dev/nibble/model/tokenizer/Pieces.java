package dev.nibble.model.tokenizer;

import dev.nibble.checkpoint.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** What every token of a vocabulary is in bytes, close together. */
final class Pieces {
    /** Tokens are numbered below this; the largest vocabularies have some hundred thousand. */
    static final int MOST = 1 << 22;

    private final byte[] bytes;
    /** Where token i begins in the bytes; it ends where the next begins. */
    private final int[] starts;
    /** Whether the vocabulary has it: numbers may be left out. */
    private final boolean[] present;

    private final boolean[] special;

    private Pieces(byte[] bytes, int[] starts, boolean[] present, boolean[] special) {
        this.bytes = bytes;
        this.starts = starts;
        this.present = present;
        this.special = special;
    }

    /**
     * The table of a vocabulary.
     *
     * @param vocabulary its pieces by number, null where there is none, and the added tokens
     */
    static Pieces of(Vocabulary vocabulary) {
        int size = vocabulary.size();
        byte[][] each = new byte[size][];
        boolean[] special = new boolean[size];
        for (int id = 0; id < vocabulary.pieces().size(); id++) {
            String piece = vocabulary.pieces().get(id);
            each[id] = piece == null ? null : vocabulary.spelling().bytes(piece);
        }
        for (AddedToken added : vocabulary.added()) {
            boolean spaces = vocabulary.spelling() == Spelling.SENTENCE_PIECE && !added.special();
            String text = spaces ? added.content().replace('\u2581', ' ') : added.content();
            each[added.id()] = text.getBytes(StandardCharsets.UTF_8);
            special[added.id()] = added.special();
        }
        boolean[] present = new boolean[size];
        int[] starts = new int[size + 1];
        long total = 0;
        for (int id = 0; id < size; id++) {
            present[id] = each[id] != null;
            total += present[id] ? each[id].length : 0;
            if (total > Integer.MAX_VALUE - 8) {
                throw new CheckpointException(vocabulary.origin() + ": the tokens together are larger than 2 GB");
            }
            starts[id + 1] = (int) total;
        }
        byte[] all = new byte[(int) total];
        for (int id = 0; id < size; id++) {
            if (present[id]) {
                System.arraycopy(each[id], 0, all, starts[id], each[id].length);
            }
        }
        return new Pieces(all, starts, present, special);
    }

    /** One more than the largest token. */
    int size() {
        return present.length;
    }

    boolean isSpecial(int token) {
        return special[token];
    }

    /**
     * The bytes of a token.
     *
     * @throws IllegalArgumentException if it is not in the vocabulary
     */
    byte[] get(int token) {
        check(token);
        return Arrays.copyOfRange(bytes, starts[token], starts[token + 1]);
    }

    /**
     * The bytes of tokens one after the other.
     *
     * @throws IllegalArgumentException if one is not in the vocabulary
     */
    byte[] get(int... tokens) {
        long total = 0;
        for (int token : tokens) {
            check(token);
            total += starts[token + 1] - starts[token];
        }
        byte[] all = new byte[Math.toIntExact(total)];
        int at = 0;
        for (int token : tokens) {
            int length = starts[token + 1] - starts[token];
            System.arraycopy(bytes, starts[token], all, at, length);
            at += length;
        }
        return all;
    }

    private void check(int token) {
        if (token < 0 || token >= present.length || !present[token]) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "token %,d is not in the vocabulary, which ends at %,d", token, present.length - 1));
        }
    }
}
