package dev.nibble.format.codebook;

import java.util.Arrays;
import java.util.Objects;

/**
 * A table of 2^bits values and the boundaries between them. Values have two numbers: the rank, by size, and the code
 * that is stored; most tables store the rank itself.
 *
 * <pre>
 *   boundaries[r], r from 1, lies between ranks r - 1 and r; boundaries[0] is -infinity
 *   a number belongs to the last rank whose boundary lies strictly below it, so one on a boundary gets the lower rank
 * </pre>
 */
final class Codebook {
    /** Shortest arrays of values and boundaries: one register of the widest vector unit. */
    static final int ROOM = 16;

    private final int bits;
    private final float[] values;
    private final float[] boundaries;
    private final byte[] codes;
    private final int[] ranks;
    private final float[] segments;
    private final int[] steps;
    private final int[] fans;

    private Codebook(int bits, float[] byRank, float[] boundaries, byte[] codes) {
        int size = 1 << bits;
        this.bits = bits;
        this.boundaries = boundaries;
        this.codes = codes;
        this.values = new float[Math.max(ROOM, size)];
        this.ranks = new int[size];
        this.segments = new float[ROOM];
        for (int i = 0; i < ROOM; i++) {
            segments[i] = boundaries[i << Math.max(0, bits - 4)];
        }
        this.steps = bits > 4 ? null : steps(boundaries);
        this.fans = bits > 4 ? fans(boundaries) : null;
        for (int r = 0; r < size; r++) {
            int code = codes == null ? r : codes[r] & 0xff;
            values[code] = byRank[r];
            ranks[code] = r;
        }
    }

    /** Values in order, never falling, each its own code; the boundaries are the float32 midpoints of neighbours. */
    static Codebook of(float... values) {
        return of(values, midpoints(values), null);
    }

    /**
     * @param values 2 to 256 of them, a power of two, never falling
     * @param between one boundary between each two neighbours, never falling
     * @param codes the stored code of each rank; null if it is the rank
     */
    static Codebook of(float[] values, float[] between, byte[] codes) {
        int bits = Integer.numberOfTrailingZeros(values.length);
        if (values.length != 1 << bits || bits < 1 || bits > 8 || between.length != values.length - 1) {
            throw new IllegalArgumentException(
                    "a code book has 2, 4, 8 … 256 values and a boundary between each two, not " + values.length
                            + " and " + between.length);
        }
        float[] boundaries = new float[Math.max(ROOM, values.length)];
        Arrays.fill(boundaries, Float.POSITIVE_INFINITY); // past the last value: nothing lies above
        boundaries[0] = Float.NEGATIVE_INFINITY;
        for (int r = 1; r < values.length; r++) {
            if (!(values[r - 1] <= values[r]) || !(boundaries[r - 1] <= between[r - 1])) {
                throw new IllegalArgumentException("the values and boundaries of a code book must not fall");
            }
            boundaries[r] = between[r - 1];
        }
        return new Codebook(bits, values, boundaries, codes == null ? null : codes.clone());
    }

    /** (a + b) / 2 of neighbours, rounded once; equals what float32 arithmetic makes, but does not overflow. */
    static float[] midpoints(float[] values) {
        float[] between = new float[values.length - 1];
        for (int r = 1; r < values.length; r++) {
            between[r - 1] = (float) (((double) values[r - 1] + values[r]) / 2);
        }
        return between;
    }

    int bits() {
        return bits;
    }

    int size() {
        return 1 << bits;
    }

    /** Values by code, filled up with zeros to {@link #ROOM}. Read only. */
    float[] values() {
        return values;
    }

    /** Boundaries by rank, filled up with +infinity to {@link #ROOM}. Read only. */
    float[] boundaries() {
        return boundaries;
    }

    /** Every boundary of a book of at most 16 values, else one at each sixteenth of the ranks. Read only. */
    float[] segments() {
        return segments;
    }

    /**
     * The float bits of the boundaries of a book of at most 16 values for the steps of a search among 16: at [0..15]
     * boundary i + 4, at [16..31] boundary i + 2, at [32..47] boundary i + 1. Read only.
     */
    int[] steps() {
        return steps;
    }

    private static int[] steps(float[] boundaries) {
        int[] steps = new int[48];
        for (int i = 0; i < 48; i++) {
            int next = i % 16 + (4 >> (i / 16));
            steps[i] = Float.floatToRawIntBits(next < ROOM ? boundaries[next] : Float.POSITIVE_INFINITY);
        }
        return steps;
    }

    /**
     * The boundaries of a book of more than 16 values for a search by permutes: spread over 256 ranks, row j of 16 holds
     * boundaries j, 16 + j, 32 + j …, as integers in the order of the numbers, see {@link #ordered}. Read only.
     */
    int[] fans() {
        return fans;
    }

    private static int[] fans(float[] boundaries) {
        int apart = 256 / boundaries.length;
        int[] fans = new int[256];
        for (int rank = 0; rank < 256; rank++) {
            // Between two boundaries of a smaller book stands the one above again: it is never passed first.
            int next = Math.ceilDiv(rank, apart);
            float boundary = next < boundaries.length ? boundaries[next] : Float.POSITIVE_INFINITY;
            fans[rank % 16 * 16 + rank / 16] = ordered(boundary + 0f); // -0 becomes 0
        }
        return fans;
    }

    /** Float bits as an integer that is in the order of the numbers, but for -0 below 0. */
    static int ordered(float v) {
        int bits = Float.floatToRawIntBits(v);
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }

    /** The code of each rank, or null if it is the rank. Read only. */
    byte[] codes() {
        return codes;
    }

    float value(int code) {
        return values[code];
    }

    int rank(int code) {
        return ranks[code];
    }

    int codeOfRank(int rank) {
        return codes == null ? rank : codes[rank] & 0xff;
    }

    /** The code of a number. */
    int codeOf(float v) {
        int rank = 0;
        for (int r = 1; r < size(); r++) {
            rank += v > boundaries[r] ? 1 : 0;
        }
        return codeOfRank(rank);
    }

    /** The lower end of what gets this code; -infinity of the lowest. */
    float below(int code) {
        return boundaries[ranks[code]];
    }

    /** The upper end; +infinity of the highest. */
    float above(int code) {
        int rank = ranks[code];
        return rank + 1 < size() ? boundaries[rank + 1] : Float.POSITIVE_INFINITY;
    }

    /** How far a number from {@code low} to {@code high} that gets this code may lie from its value. */
    double reach(int code, double low, double high) {
        double value = values[code];
        return Math.max(0, Math.max(value - Math.max(low, below(code)), Math.min(high, above(code)) - value));
    }

    /** The values from lowest to highest. */
    float[] byRank() {
        float[] sorted = new float[size()];
        for (int r = 0; r < sorted.length; r++) {
            sorted[r] = values[codeOfRank(r)];
        }
        return sorted;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Codebook book
                && bits == book.bits
                && Arrays.equals(values, book.values)
                && Arrays.equals(boundaries, book.boundaries)
                && Arrays.equals(codes, book.codes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(bits, Arrays.hashCode(values), Arrays.hashCode(boundaries));
    }
}
