package dev.nibble.explain;

import java.util.Arrays;

/**
 * The different numbers of a block, if they are few.
 *
 * @param values ascending, finite; −0 counts as 0
 * @param count numbers in the block that are not zero
 */
record Distinct(float[] values, int count) {
    /** More different numbers than this are no code of eight bits. */
    static final int MOST = 256;

    /** A block that holds more different numbers than {@link #MOST}, or one that is not finite. */
    static final Distinct TOO_MANY = new Distinct(new float[0], -1);

    private static final int SLOTS = 1024;

    /** The different numbers of {@code x[from .. to)}, taken with a stride. */
    static Distinct of(float[] x, int from, int count, int stride) {
        if (count <= MOST) {
            float[] copy = new float[count];
            for (int i = 0; i < count; i++) {
                copy[i] = x[from + i * stride] + 0f;
            }
            return ofSorted(copy);
        }
        int[] table = new int[SLOTS]; // open addressing; 0 is the empty slot and the number 0 alike
        float[] found = new float[MOST + 1];
        int n = 0;
        int zeros = 0;
        for (int i = 0; i < count; i++) {
            float v = x[from + i * stride];
            if (v == 0) {
                zeros++;
                continue;
            }
            if (!Float.isFinite(v)) {
                return TOO_MANY;
            }
            int bits = Float.floatToRawIntBits(v);
            int slot = (bits * 0x9E3779B9) >>> 22;
            while (table[slot] != 0 && table[slot] != bits) {
                slot = (slot + 1) & (SLOTS - 1);
            }
            if (table[slot] == 0) {
                if (n == MOST) {
                    return TOO_MANY;
                }
                table[slot] = bits;
                found[n++] = v;
            }
        }
        if (zeros > 0) {
            found[n++] = 0;
        }
        float[] values = Arrays.copyOf(found, n);
        Arrays.sort(values);
        return new Distinct(values, count - zeros);
    }

    private static Distinct ofSorted(float[] copy) {
        Arrays.sort(copy);
        int n = 0;
        int zeros = 0;
        for (int i = 0; i < copy.length; i++) {
            if (!Float.isFinite(copy[i])) {
                return TOO_MANY;
            }
            zeros += copy[i] == 0 ? 1 : 0;
            if (n == 0 || copy[i] != copy[n - 1]) {
                copy[n++] = copy[i];
            }
        }
        return new Distinct(Arrays.copyOf(copy, n), copy.length - zeros);
    }

    int size() {
        return values.length;
    }

    boolean tooMany() {
        return count < 0;
    }

    /** Largest magnitude; 0 of nothing. */
    float absmax() {
        return values.length == 0 ? 0 : Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1]));
    }

    /**
     * Log10 of the chance that a block of unrelated numbers repeats itself as often as this one does: each of the
     * {@code count} numbers that is none of the first hits one of the others.
     */
    double chanceOfRepeats(Precision precision) {
        int different = values.length - (Arrays.binarySearch(values, 0f) >= 0 ? 1 : 0);
        double hit = Math.min(1, different * Math.scalb(1.0, -precision.bits()));
        return Math.max(0, count - different) * Math.log10(hit == 0 ? 1 : hit);
    }
}
