package dev.nibble.format;

import java.util.List;
import java.util.Objects;

/**
 * One number inside a quantized block, and where its bits are.
 *
 * @param role what it is
 * @param name as a person would call it: "q[17]", "d", "scale of 32..47"
 * @param weights which weights decode differently, or may, when it changes: places in the block, ascending; read only
 * @param runs its bits, lowest first
 */
public record BitField(Role role, String name, int[] weights, List<BitRun> runs) {
    /** What a number in a block is for. */
    public enum Role {
        /** The code of one weight, or a part of it. */
        CODE,
        /** Several codes in one number that do not have bits of their own: trits, indices into a grid. */
        CODES,
        /** Sign bits of weights. */
        SIGN,
        /** Multiplies the weights of the block or of a part of it. */
        SCALE,
        /** Is added to or subtracted from them: a minimum, an offset. */
        MIN,
        /** The code of the value 0. */
        ZERO,
        /** Belongs to the whole tensor: a tensor scale, a table. */
        TENSOR,
        /** Read by nobody. */
        PADDING
    }

    public BitField {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(weights, "weights");
        runs = List.copyOf(runs);
    }

    /** Number of bits. */
    public int bits() {
        return runs.stream().mapToInt(BitRun::count).sum();
    }

    /** The bits as an unsigned number. */
    public long value(List<StoredPart> parts) {
        long value = 0;
        for (BitRun run : runs) {
            var data = parts.get(run.part()).data();
            for (int i = 0; i < run.count(); i++) {
                long bit = run.bit() + i;
                value |= (long) (data.get(data.position() + (int) (bit >>> 3)) >>> (bit & 7) & 1) << (run.shift() + i);
            }
        }
        return value;
    }
}
