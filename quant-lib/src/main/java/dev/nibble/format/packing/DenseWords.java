package dev.nibble.format.packing;

import java.util.Locale;

/**
 * Fields of 1 to 8 bits in 32-bit words without gaps, the first field in the lowest bits of the first word: what GPTQ
 * and compressed-tensors write. Fields and words may lie any step apart, so that columns need no transposed copy.
 */
final class DenseWords {
    private DenseWords() {}

    /** Words of {@code count} fields. */
    static int words(int count, int bits) {
        return Math.toIntExact(((long) count * bits + 31) / 32);
    }

    /**
     * Packs {@code (codes[at + i · step] + add)}, its lowest bits, to {@code words[to + k · stride]}; what is left of the
     * last word is zero.
     */
    static void pack(byte[] codes, int at, int step, int count, int bits, int add, int[] words, int to, int stride) {
        int mask = (1 << bits) - 1;
        long pending = 0;
        int have = 0;
        int in = at;
        int out = to;
        for (int i = 0; i < count; i++, in += step) {
            pending |= (long) ((codes[in] + add) & mask) << have;
            have += bits;
            if (have >= 32) {
                words[out] = (int) pending;
                out += stride;
                pending >>>= 32;
                have -= 32;
            }
        }
        if (have > 0) {
            words[out] = (int) pending;
        }
    }

    /** Unpacks to {@code codes[at + i · step]} each field, plus {@code add} and then masked with {@code keep}. */
    static void unpack(
            int[] words, int from, int stride, int count, int bits, int add, int keep, byte[] codes, int at, int step) {
        int mask = (1 << bits) - 1;
        long pending = 0;
        int have = 0;
        int in = from;
        int out = at;
        for (int i = 0; i < count; i++, out += step) {
            if (have < bits) {
                pending |= (words[in] & 0xffffffffL) << have;
                in += stride;
                have += 32;
            }
            codes[out] = (byte) (((int) (pending & mask) + add) & keep);
            pending >>>= bits;
            have -= bits;
        }
    }

    /** Refuses an array that is not of the length that a shape asks for. */
    static void requireLength(String what, long have, long rows, long cols) {
        if (rows < 0 || cols < 0 || have != rows * cols) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: [%d, %d] needs %d numbers, but there are %d",
                    what,
                    rows,
                    cols,
                    rows * cols,
                    have));
        }
    }

    /** Refuses a length that does not fill whole units. */
    static void requireMultiple(String what, int length, int unit) {
        if (length < 1 || length % unit != 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: %d is not a multiple of %d", what, length, unit));
        }
    }

    /** Refuses a number of bits that a layout does not have. */
    static void requireBits(String layout, int bits, int... known) {
        for (int k : known) {
            if (k == bits) {
                return;
            }
        }
        throw new IllegalArgumentException(String.format(
                Locale.ROOT,
                "%s has no layout for %d bits; it has %s",
                layout,
                bits,
                java.util.Arrays.toString(known)));
    }
}
