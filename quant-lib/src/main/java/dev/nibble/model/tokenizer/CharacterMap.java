package dev.nibble.model.tokenizer;

import dev.nibble.checkpoint.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * The table by which SentencePiece normalizes texts: at every place the longest entry that fits is replaced. It is ours
 * because the library's own ("Precompiled") looks at whole user-perceived characters, and leaves those with several marks
 * as they are, which SentencePiece does not; and because it trusts the table, and ends the program if that is damaged.
 *
 * <pre>
 *   u32    bytes of the trie
 *   u32[]  the trie, a double array (darts-clone): bit 8: an entry ends here; bits 0..7 and 31: the byte that led here;
 *          bits 10..30: where to go on, shifted by 8 more if bit 9 is set; of an entry, bits 0..30: its place
 *   bytes  the replacements, UTF-8, each with a NUL behind it
 * </pre>
 */
final class CharacterMap {
    private static final int LEAF = 1 << 8;
    private static final int LABEL = 1 << 31 | 0xff;

    private final byte[] table;
    private final int[] trie;
    /** Where the replacements begin in the table. */
    private final int texts;
    /** Spellings that are left as they are, the longest first. */
    private final List<byte[]> kept;

    private CharacterMap(byte[] table, int[] trie, int texts, List<byte[]> kept) {
        this.table = table;
        this.trie = trie;
        this.texts = texts;
        this.kept = kept;
    }

    /**
     * Reads a table.
     *
     * @param origin the file, for messages
     * @param kept spellings that are left as they are
     * @throws CheckpointException if it is damaged
     */
    static CharacterMap of(String origin, byte[] table, List<String> kept) {
        ByteBuffer in = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        long bytes = table.length < Integer.BYTES ? -1 : Integer.toUnsignedLong(in.getInt());
        if (bytes < Integer.BYTES || bytes % Integer.BYTES != 0 || bytes > in.remaining()) {
            throw new CheckpointException(
                    origin + ": the table of characters (precompiled_charsmap) is damaged: a trie of " + bytes
                            + " bytes in " + table.length);
        }
        int[] trie = new int[(int) bytes / Integer.BYTES];
        in.asIntBuffer().get(trie);
        return new CharacterMap(
                table.clone(),
                trie,
                Integer.BYTES + (int) bytes,
                kept.stream()
                        .map(text -> text.getBytes(StandardCharsets.UTF_8))
                        .filter(text -> text.length > 0)
                        .sorted(Comparator.comparingInt((byte[] text) -> -text.length))
                        .toList());
    }

    /**
     * Checks that no text can lead out of the table, for the library, which ends the program where one does.
     *
     * @throws CheckpointException if one can
     */
    void check(String origin) {
        boolean sound = isUtf8(Arrays.copyOfRange(table, texts, table.length));
        var seen = new BitSet();
        var open = new ArrayDeque<Integer>(List.of(next(trie[0])));
        while (sound && !open.isEmpty()) {
            int node = open.pop();
            sound = node >= 0 && (node | 0xff) < trie.length;
            for (int label = 0; sound && label <= 0xff; label++) {
                int unit = trie[node ^ label];
                if ((unit & LABEL) != label || seen.get(node ^ label)) {
                    continue;
                }
                seen.set(node ^ label);
                int following = node ^ label ^ next(unit);
                open.push(following);
                sound = (unit & LEAF) == 0 || isStart(following);
            }
        }
        if (!sound) {
            throw new CheckpointException(origin + ": the table of characters (precompiled_charsmap) is damaged");
        }
    }

    /** Whether a place in the trie holds the place of a replacement, where a character begins. */
    private boolean isStart(int node) {
        if (node < 0 || node >= trie.length) {
            return false;
        }
        long place = (long) texts + (trie[node] & Integer.MAX_VALUE);
        return place <= table.length && (place == table.length || (table[(int) place] & 0xc0) != 0x80);
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException damaged) {
            return false;
        }
    }

    /** The table as it is stored. */
    byte[] table() {
        return table.clone();
    }

    /** A text with everything replaced. */
    String apply(String text) {
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream(in.length + 16);
        int at = 0;
        while (at < in.length) {
            int same = keptAt(in, at);
            if (same == 0) {
                long found = longest(in, at);
                if (found >= 0) {
                    put((int) found, out);
                    at += (int) (found >>> Integer.SIZE);
                    continue;
                }
                same = Math.min(lengthOfCharacter(in[at]), in.length - at);
            }
            out.write(in, at, same);
            at += same;
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Bytes of the longest spelling here that is kept; 0 for none. */
    private int keptAt(byte[] in, int at) {
        for (byte[] text : kept) {
            if (text.length <= in.length - at && Arrays.equals(in, at, at + text.length, text, 0, text.length)) {
                return text.length;
            }
        }
        return 0;
    }

    /** The longest entry that begins here: its bytes in the upper half, the place of its replacement in the lower; or -1. */
    private long longest(byte[] in, int at) {
        long found = -1;
        int node = next(trie[0]);
        for (int i = at; i < in.length; i++) {
            int label = in[i] & 0xff;
            node ^= label;
            if (node < 0 || node >= trie.length || (trie[node] & LABEL) != label) {
                break;
            }
            boolean ends = (trie[node] & LEAF) != 0;
            node ^= next(trie[node]);
            if (ends && node >= 0 && node < trie.length) {
                found = (long) (i + 1 - at) << Integer.SIZE | (trie[node] & Integer.MAX_VALUE);
            }
        }
        return found;
    }

    private static int next(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private void put(int place, ByteArrayOutputStream out) {
        for (long i = (long) texts + place; i < table.length && table[(int) i] != 0; i++) {
            out.write(table[(int) i]);
        }
    }

    private static int lengthOfCharacter(byte first) {
        return first >= 0 ? 1 : (first & 0xe0) == 0xc0 ? 2 : (first & 0xf0) == 0xe0 ? 3 : 4;
    }
}
